import { BudgetError } from '../../gotemplate/index.ts'
import {
  HelmError,
  makeCapabilities,
  type RenderedChart,
  renderChart,
  renderNameTemplate,
  selectedDocuments,
  type TextOptions,
  templateText,
} from '../../helm/rendering.ts'
import { nodeTemplateCrypto } from '../../host/charts.ts'
import {
  type Command,
  type Flag,
  type FlagValues,
  listFlag,
  stringFlag,
  type Terminal,
  UsageError,
} from '../command.ts'
import { chartFolder, locateChart } from '../helm-chart.ts'
import { collectValues, commaList, type ValuesSource, valuesFlags } from '../helm-values.ts'

const accepted = (about = 'accepted; nothing is installed'): Flag => ({ type: 'boolean', about })

/** Flags of Helm that say how to install, and so change nothing here. */
const installFlags: Readonly<Record<string, Flag>> = {
  'create-namespace': accepted(),
  debug: accepted('accepted'),
  description: { type: 'string', about: 'accepted; nothing is installed' },
  'disable-openapi-validation': accepted('accepted; nothing is validated'),
  'force-conflicts': accepted(),
  'force-replace': accepted(),
  'hide-notes': accepted('accepted; notes are never printed'),
  labels: { type: 'string', short: 'l', multiple: true, about: 'accepted; nothing is installed' },
  'render-subchart-notes': accepted('accepted; notes are never printed'),
  replace: accepted(),
  'rollback-on-failure': accepted(),
  'server-side': accepted(),
  'skip-crds': accepted('accepted; CRDs are printed only with --include-crds'),
  'take-ownership': accepted(),
  timeout: { type: 'string', about: 'accepted; nothing is waited for' },
  wait: { type: 'string', bare: 'watcher', about: 'accepted; nothing is waited for' },
  'wait-for-jobs': accepted('accepted; nothing is waited for'),
}

/** Where a chart that is not on disk comes from. */
const remoteFlags: Readonly<Record<string, Flag>> = {
  repo: { type: 'string', about: 'URL of the repository that has the chart' },
  version: { type: 'string', about: 'version or range of a chart that is fetched' },
  devel: { type: 'boolean', about: 'take prereleases of a chart that is fetched too' },
  username: { type: 'string', about: 'login of the repository' },
  password: { type: 'string', about: 'password of the repository' },
  'pass-credentials': { type: 'boolean', about: 'send the login to other hosts too' },
  'ca-file': { type: 'string', about: 'certificates to trust' },
  'cert-file': { type: 'string', about: 'certificate to show' },
  'key-file': { type: 'string', about: 'its key' },
  'insecure-skip-tls-verify': { type: 'boolean', about: 'accept any certificate' },
  'plain-http': { type: 'boolean', about: 'talk HTTP with an OCI registry' },
}

const refusedFlags: Readonly<Record<string, Flag & { readonly reason: string }>> = {
  validate: {
    type: 'boolean',
    about: 'refused: nothing here asks a cluster',
    reason: 'needs a cluster; this command uses none',
  },
  'dependency-update': {
    ...{ type: 'boolean', about: 'refused: charts are not changed on disk' },
    reason: 'writes into the chart; run "helm dependency update" before',
  },
  'enable-dns': {
    type: 'boolean',
    about: 'refused: templates look up no names',
    reason: 'lets templates use the network; here they never do',
  },
  'post-renderer': {
    type: 'string',
    about: 'refused: nothing here runs other programs',
    reason: 'runs a program; this command runs none',
  },
  'post-renderer-args': {
    type: 'string',
    multiple: true,
    about: 'refused, as --post-renderer',
    reason: 'runs a program; this command runs none',
  },
  verify: {
    type: 'boolean',
    about: 'refused: signatures are not checked',
    reason: 'is not done here; run "helm verify" before',
  },
  keyring: { type: 'string', about: 'refused, as --verify', reason: 'is not done here; run "helm verify" before' },
}

/** `helm template NAME CHART`: standard output, exit code and failure as `helm template` has them. */
export const helmTemplateCommand: Command = {
  path: ['helm', 'template'],
  about: 'Render a chart, byte for byte as Helm 4.1 does',
  args: '[NAME] CHART',
  flags: {
    namespace: { type: 'string', short: 'n', default: 'default', about: 'namespace of the release' },
    ...valuesFlags,
    'kube-version': { type: 'string', about: 'Kubernetes version for .Capabilities' },
    'api-versions': { type: 'string', short: 'a', multiple: true, about: 'API versions for .Capabilities' },
    'include-crds': { type: 'boolean', about: 'print CRDs too' },
    'no-hooks': { type: 'boolean', about: 'leave out hooks' },
    'skip-tests': { type: 'boolean', about: 'leave out tests' },
    'skip-schema-validation': { type: 'boolean', about: 'do not check values.schema.json' },
    'is-upgrade': { type: 'boolean', about: 'set .Release.IsUpgrade instead of .Release.IsInstall' },
    'show-only': { type: 'string', short: 's', multiple: true, about: 'print only these templates' },
    'generate-name': { type: 'boolean', short: 'g', about: 'as in Helm: the name is release-name all the same' },
    'name-template': { type: 'string', about: 'template that makes the name' },
    'output-dir': { type: 'string', about: 'write files into this folder instead' },
    'release-name': { type: 'boolean', about: 'have a folder of the name of the release in --output-dir' },
    explain: { type: 'boolean', about: 'print objects with the template line and the values file of each field' },
    'dry-run': { type: 'string', bare: 'unset', about: 'client; anything else needs a cluster and is refused' },
    ...remoteFlags,
    ...installFlags,
    ...refusedFlags,
  },
  async run(terminal, flags, args) {
    refuse(flags)
    try {
      if (args.length === 0)
        throw new HelmError(
          '"helm template" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]',
        )
      const { name, chartPath } = nameAndChart(flags, args)
      const sources: ValuesSource[] = []
      const rendered = await render(terminal, flags, { name, chartPath, sources })
      if (flags['explain'] === true) {
        const { explainTemplate } = await import('./explain-template.ts')
        const documents = selectedDocuments(rendered, textOptions(flags))
        explainTemplate(terminal, { rendered, documents, sources, folder: chartFolder(terminal, flags, chartPath) })
        return 0
      }
      terminal.stdout(await output(terminal, flags, { name, rendered }))
      return 0
    } catch (error) {
      if (!(error instanceof HelmError || error instanceof BudgetError)) throw error
      // Helm's own form, for scripts that read it.
      terminal.stderr(`Error: ${error.message}\n`)
      return 1
    }
  },
}

function refuse(flags: FlagValues): void {
  for (const [name, { reason }] of Object.entries(refusedFlags)) {
    if (flags[name] !== undefined && flags[name] !== false) throw new UsageError(`--${name} ${reason}`)
  }
  if (flags['explain'] === true && (stringFlag(flags, 'output-dir') ?? '') !== '') {
    throw new UsageError('--explain prints to standard output; it has no --output-dir')
  }
  const dryRun = stringFlag(flags, 'dry-run') ?? 'client'
  if (dryRun !== 'client' && dryRun !== 'unset') {
    throw new UsageError(`--dry-run=${dryRun} needs a cluster; this command uses none`)
  }
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

async function render(
  terminal: Terminal,
  flags: FlagValues,
  { name, chartPath, sources }: { name: string; chartPath: string; sources: ValuesSource[] },
): Promise<RenderedChart> {
  const trace = flags['explain'] === true
  const capabilities = makeCapabilities(stringFlag(flags, 'kube-version'), commaList(listFlag(flags, 'api-versions')))
  const load = await locateChart(terminal, flags, chartPath)
  const userValues = await collectValues(
    terminal,
    flags,
    async (url) => (await import('../helm-remote.ts')).fetchValues(url),
    trace ? (source) => void sources.push(source) : undefined,
  )
  return renderChart(load(), userValues, {
    release: {
      name,
      namespace: stringFlag(flags, 'namespace') ?? 'default',
      revision: 1,
      isUpgrade: flags['is-upgrade'] === true,
    },
    capabilities,
    skipSchemaValidation: flags['skip-schema-validation'] === true,
    trace,
    host: { crypto: nodeTemplateCrypto },
    budget: { deadline: { now: Date.now, at: Date.now() + 120_000 } },
  })
}

function textOptions(flags: FlagValues): TextOptions {
  return {
    includeCrds: flags['include-crds'] === true,
    noHooks: flags['no-hooks'] === true,
    skipTests: flags['skip-tests'] === true,
    showOnly: listFlag(flags, 'show-only'),
  }
}

async function output(
  terminal: Terminal,
  flags: FlagValues,
  { name, rendered }: { name: string; rendered: RenderedChart },
): Promise<string> {
  const text = textOptions(flags)
  const folder = stringFlag(flags, 'output-dir')
  if (folder === undefined || folder === '') return templateText(rendered, text)
  const { writeTemplates } = await import('../helm-output.ts')
  const release = flags['release-name'] === true ? name : undefined
  const told = writeTemplates(terminal, rendered, { folder, release, text })
  // As Helm has it: the files are written, and then there is nothing to choose from.
  if (text.showOnly?.length) throw new HelmError(`could not find template ${text.showOnly[0]} in chart`)
  return told
}
