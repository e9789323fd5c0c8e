import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { decodeText } from '../../base/index.ts'
import { BudgetError } from '../../gotemplate/index.ts'
import {
  HelmError,
  loadChart,
  makeCapabilities,
  mergeMaps,
  readValues,
  renderChart,
  renderNameTemplate,
  setValue,
  templateText,
} from '../../helm/rendering.ts'
import { nodeTemplateCrypto, readChartFiles, unpackChart } from '../../host/charts.ts'
import { type Command, type FlagValues, listFlag, stringFlag, type Terminal, UsageError } from '../command.ts'

/** `helm template NAME CHART`: standard output, exit code and failure as `helm template` has them. */
export const helmTemplateCommand: Command = {
  path: ['helm', 'template'],
  about: 'Render a chart, byte for byte as Helm 4.1 does',
  args: '[NAME] CHART',
  flags: {
    namespace: { type: 'string', short: 'n', default: 'default', about: 'namespace of the release' },
    values: { type: 'string', short: 'f', multiple: true, about: 'values file; may be given several times' },
    set: { type: 'string', multiple: true, about: 'value on the command line: a.b=c' },
    'set-string': { type: 'string', multiple: true, about: 'the same, always as text' },
    'set-json': { type: 'string', multiple: true, about: 'the same, as JSON' },
    'set-file': { type: 'string', multiple: true, about: 'the same, from a file' },
    'set-literal': { type: 'string', multiple: true, about: 'the same, as literal text' },
    'kube-version': { type: 'string', about: 'Kubernetes version for .Capabilities' },
    'api-versions': { type: 'string', short: 'a', multiple: true, about: 'API versions for .Capabilities' },
    'include-crds': { type: 'boolean', about: 'print CRDs too' },
    'no-hooks': { type: 'boolean', about: 'leave out hooks' },
    'skip-tests': { type: 'boolean', about: 'leave out tests' },
    'skip-crds': { type: 'boolean', about: 'accepted; CRDs are printed only with --include-crds' },
    'skip-schema-validation': { type: 'boolean', about: 'do not check values.schema.json' },
    'is-upgrade': { type: 'boolean', about: 'set .Release.IsUpgrade instead of .Release.IsInstall' },
    'show-only': { type: 'string', short: 's', multiple: true, about: 'print only these templates' },
    'generate-name': { type: 'boolean', short: 'g', about: 'as in Helm: the name is release-name all the same' },
    'name-template': { type: 'string', about: 'template that makes the name' },
    'create-namespace': { type: 'boolean', about: 'accepted; nothing is created' },
    'disable-openapi-validation': { type: 'boolean', about: 'accepted; nothing is validated' },
    validate: { type: 'boolean', about: 'refused: nothing here asks a cluster' },
    'post-renderer': { type: 'string', about: 'refused: nothing here runs other programs' },
  },
  async run(terminal, flags, args) {
    if (args.length === 0) throw new UsageError('give a NAME and a CHART')
    if (flags['validate'] === true) throw new UsageError('--validate needs a cluster; this command uses none')
    if (flags['post-renderer'] !== undefined)
      throw new UsageError('--post-renderer runs a program; this command runs none')
    try {
      terminal.stdout(render(terminal, flags, nameAndChart(flags, args)))
      return 0
    } catch (error) {
      if (!(error instanceof HelmError || error instanceof BudgetError)) throw error
      // Helm's own form, for scripts that read it.
      terminal.stderr(`Error: ${error.message}\n`)
      return 1
    }
  },
}

/** Source: Helm 4.1 pkg/action/install.go NameAndChart, where `helm template` has set `release-name` before. */
function nameAndChart(flags: FlagValues, args: readonly string[]): { name: string; chartPath: string } {
  const [first = '', second] = args
  const nameTemplate = stringFlag(flags, 'name-template') ?? ''
  if (args.length > 2) {
    throw new HelmError(`expected at most two arguments, unexpected arguments: ${args.slice(2).join(', ')}`)
  }
  if (second === undefined) {
    return {
      name: nameTemplate === '' ? 'release-name' : renderNameTemplate(nameTemplate, { crypto: nodeTemplateCrypto }),
      chartPath: first,
    }
  }
  if (flags['generate-name'] === true) throw new HelmError('cannot set --generate-name and also specify a name')
  if (nameTemplate !== '') throw new HelmError('cannot set --name-template and also specify a name')
  return { name: first, chartPath: second }
}

function render(
  terminal: Terminal,
  flags: FlagValues,
  { name, chartPath }: { name: string; chartPath: string },
): string {
  const path = resolve(terminal.cwd, chartPath)
  const userValues = collectValues(terminal, flags)
  const chart = loadChart(readChart(path), unpackChart)
  const rendered = renderChart(chart, userValues, {
    release: {
      name,
      namespace: stringFlag(flags, 'namespace') ?? 'default',
      revision: 1,
      isUpgrade: flags['is-upgrade'] === true,
    },
    capabilities: makeCapabilities(
      stringFlag(flags, 'kube-version'),
      listFlag(flags, 'api-versions').flatMap((each) => each.split(',')),
    ),
    skipSchemaValidation: flags['skip-schema-validation'] === true,
    host: { crypto: nodeTemplateCrypto },
    budget: { deadline: { now: Date.now, at: Date.now() + 120_000 } },
  })
  return templateText(rendered, {
    includeCrds: flags['include-crds'] === true,
    noHooks: flags['no-hooks'] === true,
    skipTests: flags['skip-tests'] === true,
    showOnly: listFlag(flags, 'show-only'),
  })
}

function readChart(path: string): ReturnType<typeof readChartFiles> {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new HelmError(`path "${path}" not found`)
  return stat.isDirectory() ? readChartFiles(path) : unpackChart(readFileSync(path))
}

/** Values files, then --set-json, --set, --set-string, --set-file and --set-literal, as Helm orders them. */
function collectValues(terminal: Terminal, flags: FlagValues): ReturnType<typeof readValues> {
  let values: ReturnType<typeof readValues> = {}
  for (const file of listFlag(flags, 'values')) {
    const text = readInput(terminal, file)
    try {
      values = mergeMaps(values, readValues(text))
    } catch (error) {
      if (error instanceof HelmError) throw new HelmError(`failed to parse ${file}: ${error.message}`)
      throw error
    }
  }
  for (const kind of ['json', '', 'string', 'file', 'literal'] as const) {
    for (const entry of listFlag(flags, kind === '' ? 'set' : `set-${kind}`)) {
      setValue(values, entry, kind === '' ? 'typed' : kind, (path) => readInput(terminal, path))
    }
  }
  return values
}

function readInput(terminal: Terminal, file: string): string {
  try {
    return decodeText(file === '-' ? readFileSync(0) : readFileSync(resolve(terminal.cwd, file)))
  } catch (error) {
    throw new HelmError(
      `open ${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file or directory' : (error as Error).message}`,
    )
  }
}
