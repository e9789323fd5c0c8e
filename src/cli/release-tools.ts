import type { Cancellation } from '../base/index.ts'
import { getIn, getString, joinPath, MemoryFileSystem } from '../base/index.ts'
import type { ChartTools, ChartTree, ReleaseTools } from '../fleet/index.ts'
import { parseDuration } from '../flux/index.ts'
import { HelmError, makeCapabilities } from '../helm/index.ts'
import { cacheDir, createChartSources, createGitFetcher, nodeTemplateCrypto, unpackChart } from '../host/index.ts'
import { ChartError, selectArtifactFiles, shownUrl } from '../source/index.ts'
import { type Flag, type FlagValues, listFlag, stringFlag, type Terminal, UsageError } from './command.ts'

/** What one release may take to render. */
const maxRenderTime = 60_000
const defaultGitTimeout = 60_000

/** Flags of commands that render HelmReleases. */
export const releaseFlags: Readonly<Record<string, Flag>> = {
  'kube-version': { type: 'string', about: 'Kubernetes version for .Capabilities' },
  'api-versions': { type: 'string', short: 'a', multiple: true, about: 'API versions for .Capabilities' },
  offline: { type: 'boolean', about: 'fetch nothing; charts come from the repository and the cache' },
  refresh: { type: 'boolean', about: 'ask repositories again for pinned charts that are in the cache' },
}

/**
 * The tools to render releases on this machine. What is fetched is told on standard error.
 * @throws UsageError for a malformed `--kube-version`.
 */
export function releaseTools(terminal: Terminal, flags: FlagValues, cancellation: Cancellation): ReleaseTools {
  const offline = flags['offline'] === true
  const told = new Set<string>()
  const sources = createChartSources({
    cacheDir: cacheDir(terminal.env),
    offline,
    refresh: flags['refresh'] === true,
    cancellation,
    onProgress: ({ url }) => {
      if (told.has(url)) return
      told.add(url)
      terminal.stderr(`► fetching ${shownUrl(url)}\n`)
    },
    onStale: (message) => terminal.stderr(`warning helm/stale: ${message}\n`),
  })
  return {
    ...sources,
    unpack: unpackChart,
    capabilities: capabilitiesOf(flags),
    host: { now: Date.now, crypto: nodeTemplateCrypto },
    budget: () => ({ deadline: { now: Date.now, at: Date.now() + maxRenderTime } }),
    cancellation,
    ...(offline ? {} : { fetchTree: (source, secrets) => fetchTree(source, secrets, cancellation) }),
  }
}

function capabilitiesOf(flags: FlagValues): ReleaseTools['capabilities'] {
  try {
    return makeCapabilities(
      stringFlag(flags, 'kube-version'),
      listFlag(flags, 'api-versions').flatMap((each) => each.split(',')),
    )
  } catch (error) {
    if (error instanceof HelmError) throw new UsageError(`--kube-version: ${error.message}`)
    throw error
  }
}

/** The artifact of a GitRepository that is not in the workspace, fetched with git. */
async function fetchTree(
  source: Parameters<NonNullable<ChartTools['fetchTree']>>[0],
  secrets: Parameters<NonNullable<ChartTools['fetchTree']>>[1],
  cancellation: Cancellation,
): Promise<ChartTree> {
  const { spec } = source
  if (source.kind !== 'GitRepository') throw new ChartError(`sources of kind ${source.kind} are not fetched here`)
  const text = (...path: string[]): string | undefined => getString(spec, ...path) || undefined
  const ref: Record<string, string> = {}
  for (const field of ['branch', 'tag', 'semver', 'name', 'commit']) {
    const value = text('ref', field)
    if (value !== undefined) ref[field] = value
  }
  const sparse = getIn(spec, ['sparseCheckout'])
  const [login, proxy] = [text('secretRef', 'name'), text('proxySecretRef', 'name')]
  const fetched = await createGitFetcher().fetch({
    url: text('url') ?? '',
    ref,
    sparseCheckout: Array.isArray(sparse) ? sparse.filter((path) => typeof path === 'string') : [],
    recurseSubmodules: getIn(spec, ['recurseSubmodules']) === true,
    timeout: parseDuration(text('timeout') ?? '') ?? defaultGitTimeout,
    credentials: login === undefined ? undefined : secrets(login),
    proxy: proxy === undefined ? undefined : secrets(proxy),
    cancellation,
  })
  const files = selectArtifactFiles(fetched.files, { ignore: text('ignore') })
  const root = '/artifact'
  return { root, fs: new MemoryFileSystem(files.map(({ path, content }) => [joinPath(root, path), content] as const)) }
}
