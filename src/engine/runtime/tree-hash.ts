import { sha1 } from '@noble/hashes/legacy.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { compareStrings, encodeText } from '../../base/index.ts'
import type { ArtifactFile } from '../../source/index.ts'

/** A file of a tree; the path is relative, with `/`. */
export type TreeFile = ArtifactFile

/** A revision's `sha1:<hex>` for a tree that is no commit: 40 hex digits like a commit's, of its paths and contents. */
export function treeRevision(files: readonly TreeFile[]): string {
  const hash = sha1.create()
  for (const file of sorted(files)) {
    hash.update(encodeText(`${file.path}\0${file.content.length}\0`))
    hash.update(file.content)
  }
  return `sha1:${bytesToHex(hash.digest())}`
}

function sorted(files: readonly TreeFile[]): TreeFile[] {
  return [...files].sort((a, b) => compareStrings(a.path, b.path))
}
