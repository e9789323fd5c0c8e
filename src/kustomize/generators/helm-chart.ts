import { isObject, type JsonObject, joinPath } from '../../base/index.ts'
import { emitNode, parseDocuments, type YamlNode } from '../../yaml/index.ts'
import { notes } from '../annotations.ts'
import type { BuildScope } from '../context.ts'
import { fail } from '../errors.ts'
import { readResources } from '../factory.ts'
import { fromJson } from '../json.ts'
import type { HelmChartArgs } from '../kustomization.ts'
import { mergePatch } from '../merge.ts'
import { copyNode } from '../rnode.ts'
import type { Generator } from '../transformer.ts'
import type { HelmInflation, OriginStep } from '../types.ts'

const mergeModes = ['merge', 'override', 'replace']

/** Renders a chart (HelmChartInflationGenerator) through the function that the caller injects. */
export function helmChartGenerator(scope: BuildScope, args: HelmChartArgs, step: OriginStep): Generator {
  const { inflateHelm } = scope.options
  if (inflateHelm === undefined) fail('must specify --enable-helm', { code: 'kustomize/helm-disabled' })
  const name = args.name ?? ''
  if (name === '') fail('chart name cannot be empty')
  const mode = args.valuesMerge || 'override'
  if (!mergeModes.includes(mode)) fail(`valuesMerge must be one of [${mergeModes.join(' ')}]`)
  const extra = (args.additionalValuesFiles ?? []).map((path) => scope.loader.loadText(path))
  return {
    generate() {
      const chartHome = chartHomeOf(scope, args)
      const chart: HelmInflation = {
        name,
        version: args.version ?? '',
        repo: args.repo ?? '',
        releaseName: args.releaseName ?? '',
        namespace: args.namespace ?? '',
        nameTemplate: args.nameTemplate ?? '',
        kubeVersion: args.kubeVersion ?? '',
        apiVersions: args.apiVersions ?? [],
        includeCRDs: args.includeCRDs === true,
        skipHooks: args.skipHooks === true,
        skipTests: args.skipTests === true,
        devel: args.devel === true,
        chartHome,
        values: [valuesText(scope, args, { mode, chartHome }), ...extra],
      }
      const rendered = inflateHelm(chart)
      if (!('manifests' in rendered)) fail(rendered.message, { code: rendered.code })
      const resources = readResources(rendered.manifests, step, scope.schema)
      for (const resource of resources) resource.setAnnotation(notes.helmGenerated, 'true')
      return resources
    },
  }
}

function chartHomeOf(scope: BuildScope, args: HelmChartArgs): string {
  const home = joinPath(scope.loader.absolute(args.chartHome || 'charts'))
  return args.version && args.repo ? joinPath(home, `${args.name}-${args.version}`) : home
}

/** The values file of the chart, or the one named, merged with `valuesInline`. */
function valuesText(scope: BuildScope, args: HelmChartArgs, how: { mode: string; chartHome: string }): string {
  const file = args.valuesFile || joinPath(how.chartHome, args.name!, 'values.yaml')
  const inline: JsonObject = args.valuesInline ?? {}
  if (Object.keys(inline).length === 0) return scope.loader.loadText(file)
  const inlineNode = fromJson(inline, { marshalled: true })
  if (how.mode === 'replace') return emitNode(inlineNode)
  const root: YamlNode | undefined = parseDocuments(scope.loader.loadText(file)).documents[0]?.root
  if (root === undefined || !isObject(inline)) return emitNode(inlineNode)
  const [patch, dest] = how.mode === 'merge' ? [root, copyNode(inlineNode)] : [inlineNode, copyNode(root)]
  return emitNode(mergePatch(patch, dest, scope.schema) ?? fromJson({}))
}
