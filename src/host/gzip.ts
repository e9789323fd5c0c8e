import { gunzipSync, gzipSync } from 'node:zlib'
import type { Gzip } from '../helm/index.ts'

/** Node's gzip for release records; at Helm's level, the best one. */
export const nodeGzip: Gzip = {
  compress: (data) => gzipSync(data, { level: 9 }),
  decompress: (data, limit) => {
    try {
      return gunzipSync(data, { maxOutputLength: limit })
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'corrupt'
    }
  },
}
