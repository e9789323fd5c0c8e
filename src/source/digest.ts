import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { compareStrings, encodeText } from '../base/index.ts'

/** A file of an artifact; the path is relative, with `/`. */
export interface ArtifactFile {
  readonly path: string
  readonly content: Uint8Array
}

/** `sha256:<hex>` of bytes. */
export function sha256Digest(content: Uint8Array): string {
  return `sha256:${bytesToHex(sha256(content))}`
}

/**
 * `sha256:<hex>` over paths and contents, independent of order: equal trees have equal digests. (Flux digests the
 * compressed archive, whose bytes depend on the compressor.)
 */
export function artifactDigest(files: readonly ArtifactFile[]): string {
  const hash = sha256.create()
  for (const { path, content } of inOrder(files)) {
    hash.update(encodeText(`${path}\0${content.length}\0`))
    hash.update(content)
  }
  return `sha256:${bytesToHex(hash.digest())}`
}

/**
 * The number that names a generated artifact's file, `<number>.tar.gz`: Adler-32 over `<hex>  <prefix>/<path>` lines
 * with each file's Adler-32. Source: source-watcher internal/builder/dirhash.go.
 */
export function directoryHash(prefix: string, files: readonly ArtifactFile[]): string {
  const lines = inOrder(files.map(({ path, content }) => ({ path: `${prefix}/${path}`, content })))
  const text = lines.map(({ path, content }) => `${adler32(content).toString(16)}  ${path}\n`).join('')
  return String(adler32(encodeText(text)))
}

/** The Adler-32 checksum. */
export function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (let i = 0; i < bytes.length; ) {
    // Sums stay exact for this many bytes between reductions.
    const end = Math.min(bytes.length, i + 3800)
    for (; i < end; i++) {
      a += bytes[i]!
      b += a
    }
    a %= 65521
    b %= 65521
  }
  return ((b << 16) | a) >>> 0
}

function inOrder<T extends { readonly path: string }>(files: readonly T[]): T[] {
  return [...files].sort((x, y) => compareStrings(x.path, y.path))
}
