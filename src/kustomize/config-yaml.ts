import type { JsonValue } from '../base/index.ts'
import { nodeToJson, parseDocuments, unmarshalErrorText, type YamlNode } from '../yaml/index.ts'
import { fail } from './errors.ts'

/** Configuration text, read. */
export interface ConfigText {
  /** `undefined` for an empty text. */
  readonly root: YamlNode | undefined
  readonly value: JsonValue
}

/**
 * Reads configuration (kustomization files, transformer configurations, JSON patches in YAML) by YAML 1.1 rules, as
 * sigs.k8s.io/yaml does. Only the first document counts. Fails for broken YAML, with the place in the file if a path is
 * given. `typed`: as UnmarshalStrict into a struct does it: keys stand once, and infinity and NaN are left for a reader
 * that makes text of numbers where Go's type is a string.
 */
export function parseConfig(text: string, path = '', typed = false): ConfigText {
  const { documents, problems } = parseDocuments(text, { path, flavour: 'v2' })
  const document = documents[0]
  const broken = problems.find(
    ({ location }) => document === undefined || document.broken || (location?.range?.start ?? 0) < document.range.end,
  )
  if (broken !== undefined) {
    fail(broken.message, path === '' || broken.location === undefined ? {} : { location: broken.location })
  }
  if (document?.root === undefined) return { root: undefined, value: null }
  const decoded = nodeToJson(document.root, { flavour: 'v2', path, text, infinite: typed, strict: typed })
  const first = decoded.problems[0]
  if (first !== undefined) {
    const message = `${typed ? 'error converting YAML to JSON: ' : ''}${unmarshalErrorText(decoded.problems)}`
    fail(message, path === '' || first.location === undefined ? {} : { location: first.location })
  }
  return { root: document.root, value: decoded.value }
}
