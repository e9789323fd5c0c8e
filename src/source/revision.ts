/** A revision of a source taken apart. */
export interface Revision {
  /** Branch, tag, version or other name; empty when the revision is only a digest. */
  readonly name: string
  /** `sha1`, `sha256`, …; for the forms that do not say so, by the length of the hash. Empty when unknown. */
  readonly algorithm: string
  readonly hash: string
}

/**
 * Takes a revision apart: `main@sha1:<hex>`, `feature/x@sha1:…`, `v1.2.3@sha256:…`, `sha1:…`, and the forms of Flux
 * before 2.0 `main/<hex>`, `HEAD/<hex>`, `<hex>`. Source: fluxcd/pkg git/utils.go.
 */
export function parseRevision(text: string): Revision {
  const name = revisionName(text)
  const colon = text.lastIndexOf(':')
  if (colon >= 0) {
    const from = Math.max(text.lastIndexOf('@') + 1, 0)
    return { name, algorithm: from <= colon ? text.slice(from, colon) : '', hash: text.slice(colon + 1) }
  }
  const hash = text.slice(text.lastIndexOf('/') + 1)
  return { name, algorithm: algorithmOf(hash), hash }
}

function revisionName(text: string): string {
  const at = text.lastIndexOf('@')
  if (at >= 0) return text.slice(0, at)
  const slash = text.lastIndexOf('/')
  const name = slash < 0 ? '' : text.slice(0, slash)
  return name === 'HEAD' ? '' : name
}

function algorithmOf(hash: string): string {
  if (!/^[0-9a-f]+$/.test(hash)) return ''
  return hash.length === 40 ? 'sha1' : hash.length === 64 ? 'sha256' : ''
}

/** `name@algorithm:hash`, or without the name. */
export function formatRevision(revision: Revision): string {
  const digest = revision.algorithm === '' ? revision.hash : `${revision.algorithm}:${revision.hash}`
  return revision.name === '' ? digest : `${revision.name}@${digest}`
}

/** The revision of a Git commit (40 or 64 hex digits) found through a branch, tag or version; `''`: by the commit. */
export function gitRevision(name: string, commit: string): string {
  return formatRevision({ name, algorithm: commit.length === 64 ? 'sha256' : 'sha1', hash: commit })
}

/** A revision in today's form, whichever it is in. */
export function modernRevision(text: string): string {
  return text === '' || text.includes(':') ? text : formatRevision(parseRevision(text))
}
