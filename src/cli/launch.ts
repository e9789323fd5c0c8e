#!/usr/bin/env node
/** The entry of the bundled command line; `main.ts` is in the chunks that it loads. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheDir } from '../host/cache-dir.ts'
import { ChunkLoader } from './chunks.ts'
import { isLasting, prepareRuntime } from './runtime.ts'

/** Set by `esbuild.mjs`: the chunk of `main.ts`, and a hash of all chunks. */
declare const fluxkitMain: string
declare const fluxkitBuild: string

const [, , word = ''] = process.argv
// Before the first chunk is compiled: what V8 compiled is of use with the same flags only.
prepareRuntime(word)
const chunks = new ChunkLoader({
  folder: fileURLToPath(new URL('cli/', import.meta.url)),
  cache: join(cacheDir(process.env), 'code', `${/^[a-z]{1,16}$/.test(word) ? word : 'other'}.bin`),
  identity: `${fluxkitBuild} ${process.version} ${process.arch}`,
})
if (isLasting(word)) setTimeout(() => chunks.keep(), 30_000).unref()
else
  process.once('exit', (code) => {
    // Not where the command line was wrong: that runs little, and its first word may be anything.
    if (code < 2) chunks.keep()
  })
chunks.load(fluxkitMain)
