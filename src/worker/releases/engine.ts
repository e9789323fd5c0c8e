import type { Cancellation } from '../../base/index.ts'
import { ReleaseStore, type ReleaseTools } from '../../fleet/releases/index.ts'
import { parseDuration } from '../../flux/index.ts'
import { makeCapabilities } from '../../helm/index.ts'
import {
  cacheDir,
  createChartSources,
  createChartTrees,
  nodeTemplateCrypto,
  systemClock,
  unpackChart,
} from '../../host/index.ts'
import { createReleasedObjectCheck } from '../../lint/index.ts'
import { shownUrl } from '../../source/index.ts'
import type { Folder } from '../workspace/folder.ts'

/** Milliseconds that one release may take to render: an editor waits for it. */
const maxRenderTime = 5_000

export interface NetworkUse {
  /** False: charts come from the workspace and the cache only. */
  readonly allowed: boolean
  /** Ends downloads. */
  readonly cancellation: Cancellation
  /** Told of each piece of a download, its URL without credentials. */
  readonly onProgress: (url: string) => void
  /** Told when a cached chart stands in for one that the network did not give. */
  readonly onStale: (message: string) => void
}

/**
 * Opens the releases of a folder; charts are kept in the cache that all windows and the CLI share. This file and what
 * only it imports are a bundle of their own, loaded when the first release is to be rendered.
 */
export function openReleaseStore({ fleet, registry }: Folder, network: NetworkUse): ReleaseStore {
  return new ReleaseStore(fleet, toolsOf(network), { inspect: createReleasedObjectCheck(registry) })
}

function toolsOf({ allowed, cancellation, onProgress, onStale }: NetworkUse): ReleaseTools {
  const common = { cacheDir: cacheDir(process.env), offline: !allowed, cancellation }
  const now = (): number => systemClock.now()
  return {
    ...createChartSources({ ...common, onProgress: ({ url }) => onProgress(shownUrl(url)), onStale }),
    fetchTree: fetchingTrees(common, onProgress),
    unpack: unpackChart,
    capabilities: makeCapabilities(),
    host: { now, crypto: nodeTemplateCrypto },
    now,
    budget: () => ({ deadline: { now, at: now() + maxRenderTime } }),
  }
}

/** Fetches trees; git says nothing while it works, so that it is said again and again that it does. */
function fetchingTrees(
  common: Pick<Parameters<typeof createChartTrees>[0], 'cacheDir' | 'offline' | 'cancellation'>,
  onProgress: NetworkUse['onProgress'],
): ReturnType<typeof createChartTrees> {
  return async (source, secrets) => {
    let timer: NodeJS.Timeout | undefined
    const onFetch = (url: string): void => {
      const tell = (): void => onProgress(shownUrl(url))
      tell()
      timer = setInterval(tell, 1_000)
    }
    try {
      return await createChartTrees({ ...common, duration: parseDuration, onFetch })(source, secrets)
    } finally {
      clearInterval(timer)
    }
  }
}
