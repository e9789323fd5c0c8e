import { type JsonObject, type JsonValue, joinPath, MemoryFileSystem } from '../../base/index.ts'
import { parseDocuments, stringifyYaml } from '../../yaml/index.ts'
import { notes } from '../annotations.ts'
import type { BuildScope } from '../context.ts'
import { deAnchor } from '../de-anchor.ts'
import { fail, PendingError, withPrefix } from '../errors.ts'
import { readResources } from '../factory.ts'
import { fromJson, toJson } from '../json.ts'
import type { HelmChartArgs } from '../kustomization.ts'
import { mergePatch } from '../merge.ts'
import { resMapOf } from '../resmap.ts'
import type { Generator } from '../transformer.ts'
import type { HelmChartFile, HelmInflation, HelmInflator, OriginStep } from '../types.ts'

const mergeModes = ['merge', 'override', 'replace']

/** Renders a chart (HelmChartInflationGenerator) through the Helm that the caller injects. */
export function helmChartGenerator(scope: BuildScope, args: HelmChartArgs, step: OriginStep): Generator {
  const { helm } = scope.options
  if (helm === undefined) fail('must specify --enable-helm', { code: 'kustomize/helm-disabled' })
  const name = args.name ?? ''
  if (name === '') fail('chart name cannot be empty')
  const extra = (args.additionalValuesFiles ?? []).map((path) =>
    withPrefix('could not load additionalValuesFile', () => scope.loader.loadText(path)),
  )
  const mode = args.valuesMerge || 'override'
  if (!mergeModes.includes(mode)) fail(`valuesMerge must be one of [${mergeModes.join(' ')}]`)
  return {
    generate() {
      const chartDir = joinPath(chartHomeOf(scope, args), name)
      const files = provide(scope, args, { helm, chartDir })
      const chart: HelmInflation = {
        name,
        releaseName: args.releaseName ?? '',
        namespace: args.namespace ?? '',
        nameTemplate: args.nameTemplate ?? '',
        kubeVersion: args.kubeVersion || (helm.kubeVersion ?? ''),
        apiVersions: args.apiVersions ?? helm.apiVersions ?? [],
        includeCRDs: args.includeCRDs === true,
        skipHooks: args.skipHooks === true,
        skipTests: args.skipTests === true,
        chartDir,
        files,
        values: [valuesText(scope, args, { mode, chartDir }), ...extra],
      }
      const rendered = helm.template(chart)
      if (!('manifests' in rendered)) fail(rendered.message, { code: rendered.code })
      const resources = readResources(rendered.manifests, step, scope.schema)
      resMapOf(resources)
      for (const resource of resources) resource.setAnnotation(notes.helmGenerated, 'true')
      return resources
    },
  }
}

function chartHomeOf(scope: BuildScope, args: HelmChartArgs): string {
  const home = joinPath(scope.loader.absolute(args.chartHome || 'charts'))
  return args.version && args.repo ? joinPath(home, `${args.name}-${args.version}`) : home
}

/**
 * Sees to it that there is a chart: what is on the disk counts, whatever its version; else it is pulled. Kustomize lets
 * helm write it into the tree; here it stands there for the time of the build only.
 * @returns the files of a pulled chart; `undefined` for one on the disk.
 */
function provide(
  scope: BuildScope,
  args: HelmChartArgs,
  { helm, chartDir }: { helm: HelmInflator; chartDir: string },
): readonly HelmChartFile[] | undefined {
  const { reader } = scope.loader
  const known = scope.pulled.get(chartDir)
  if (known !== undefined || reader.hasDirectory(chartDir)) return known
  const { name = '', repo = '', version = '' } = args
  if (repo === '') fail(`no repo specified for pull, no chart found at '${chartDir}'`)
  reader.inputs.add(`${repo}#${name}@${version}`)
  const pulled = helm.pull({ name, repo, version, devel: args.devel === true })
  if (pulled === 'pending') throw new PendingError(`chart ${name} of ${repo} is being fetched`)
  if ('message' in pulled) fail(pulled.message, { code: pulled.code })
  scope.pulled.set(chartDir, pulled)
  reader.mount({
    dir: chartDir,
    fs: new MemoryFileSystem(pulled.map((file) => [joinPath(chartDir, file.name), file.data])),
  })
  return pulled
}

/** The values file of the chart, or the one named, merged with `valuesInline`. */
function valuesText(scope: BuildScope, args: HelmChartArgs, how: { mode: string; chartDir: string }): string {
  const file = args.valuesFile || joinPath(how.chartDir, 'values.yaml')
  const inline: JsonObject = args.valuesInline ?? {}
  if (Object.keys(inline).length === 0) return scope.loader.loadText(file)
  return stringifyYaml(how.mode === 'replace' ? inline : mergedValues(scope, file, { inline, mode: how.mode }))
}

function mergedValues(
  scope: BuildScope,
  file: string,
  { inline, mode }: { inline: JsonObject; mode: string },
): JsonValue {
  const { documents, problems } = parseDocuments(scope.loader.loadText(file))
  const [document] = documents
  const broken = problems.find(() => document === undefined || document.broken)
  const root = document?.root
  if (root === undefined) fail(`could not parse values file into rnode: ${broken?.message ?? 'EOF'}`)
  if (broken !== undefined) fail(`could not parse values file into rnode: ${broken.message}`)
  const fromFile = deAnchor(root)
  const fromInline = fromJson(inline, { marshalled: true })
  const [patch, dest] = mode === 'merge' ? [fromFile, fromInline] : [fromInline, fromFile]
  const merged = withPrefix('could not merge values', () => mergePatch(patch, dest, scope.schema))
  return merged === undefined ? {} : toJson(merged)
}
