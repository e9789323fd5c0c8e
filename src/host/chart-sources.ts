import { join } from 'node:path'
import { type FetchContext, HttpCharts, OciCharts } from '../source/index.ts'
import { createDiskChartCache } from './chart-cache.ts'
import { createNodeHttpClient } from './http-client.ts'
import { verifySignature } from './signatures.ts'

export interface ChartSourcesOptions extends Omit<FetchContext, 'http' | 'cache' | 'verifySignature'> {
  /** Fluxkit's cache folder; charts are kept below it. */
  readonly cacheDir: string
  /** Bytes; default 1 GiB. */
  readonly maxCacheSize?: number
}

/** Charts of HTTP repositories and OCI registries, fetched over Node and kept on disk. */
export interface ChartSources {
  readonly http: HttpCharts
  readonly oci: OciCharts
}

/** Opens the chart sources of this machine: one cache for all windows, one download of an index per instance. */
export function createChartSources({ cacheDir, maxCacheSize, ...rest }: ChartSourcesOptions): ChartSources {
  const cache = createDiskChartCache({
    dir: join(cacheDir, 'charts'),
    ...(maxCacheSize === undefined ? {} : { maxSize: maxCacheSize }),
  })
  const context: FetchContext = { ...rest, cache, verifySignature, http: createNodeHttpClient() }
  return { http: new HttpCharts(context), oci: new OciCharts(context) }
}
