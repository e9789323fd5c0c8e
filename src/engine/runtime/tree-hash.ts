import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { compareStrings, encodeText } from '../../base/index.ts'

/** A file of a tree; the path is relative, with `/`. */
export interface TreeFile {
  readonly path: string
  readonly content: Uint8Array
}

/** SHA-256 over paths and contents, independent of the order of the files, in hex. */
export function hashTree(files: readonly TreeFile[]): string {
  const hash = sha256.create()
  for (const file of sorted(files)) {
    hash.update(encodeText(`${file.path}\0${file.content.length}\0`))
    hash.update(file.content)
  }
  return bytesToHex(hash.digest())
}

/** A revision's `sha1:<hex>` for a tree that is no commit: 40 hex digits like a commit's, of its paths and contents. */
export function treeRevision(files: readonly TreeFile[]): string {
  const hash = sha1.create()
  for (const file of sorted(files)) {
    hash.update(encodeText(`${file.path}\0${file.content.length}\0`))
    hash.update(file.content)
  }
  return `sha1:${bytesToHex(hash.digest())}`
}

/** `sha256:<hex>` of a text. */
export function textDigest(text: string): string {
  return `sha256:${bytesToHex(sha256(encodeText(text)))}`
}

function sorted(files: readonly TreeFile[]): TreeFile[] {
  return [...files].sort((a, b) => compareStrings(a.path, b.path))
}
