import type { Cancellation } from '../base/index.ts'
import type { ReleaseTools } from '../fleet/releases/index.ts'
import { parseDuration } from '../flux/index.ts'
import { HelmError, makeCapabilities } from '../helm/index.ts'
import { cacheDir, createChartSources, createChartTrees, nodeTemplateCrypto, unpackChart } from '../host/index.ts'
import { shownUrl } from '../source/index.ts'
import { type Flag, type FlagValues, listFlag, stringFlag, type Terminal, UsageError } from './command.ts'

/** What one release may take to render. */
const maxRenderTime = 60_000

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
  const tell = (url: string): void => {
    if (told.has(url)) return
    told.add(url)
    terminal.stderr(`► fetching ${shownUrl(url)}\n`)
  }
  const common = { cacheDir: cacheDir(terminal.env), offline, cancellation }
  const sources = createChartSources({
    ...common,
    refresh: flags['refresh'] === true,
    onProgress: ({ url }) => tell(url),
    onStale: (message) => terminal.stderr(`warning helm/stale: ${message}\n`),
  })
  return {
    ...sources,
    unpack: unpackChart,
    capabilities: capabilitiesOf(flags),
    host: { now: Date.now, crypto: nodeTemplateCrypto },
    budget: () => ({ deadline: { now: Date.now, at: Date.now() + maxRenderTime } }),
    cancellation,
    fetchTree: createChartTrees({ ...common, duration: parseDuration, onFetch: tell }),
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
