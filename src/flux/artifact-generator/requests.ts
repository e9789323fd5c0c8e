import { getString, isObject, type JsonObject, type JsonValue, joinPath } from '../../base/index.ts'
import type { CopyOperation } from './copy.ts'
import type { SourceTree } from './staging.ts'

/** One artifact that an ArtifactGenerator yields. */
export interface ArtifactRequest {
  readonly name: string
  /** `@alias` of the source whose revision it takes. */
  readonly revision: string
  readonly originRevision: string
  readonly copy: readonly CopyOperation[]
  /** What `spec.pathPattern` captured, in lower case. */
  readonly labels: Readonly<Record<string, string>>
}

/** A fault of the ArtifactGenerator itself; only a change of the object can help. */
export class GeneratorSpecError extends Error {
  override readonly name = 'GeneratorSpecError'
}

const captureName = /^[A-Za-z_][A-Za-z0-9_]*$/
const objectName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/
const nameRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

/** The fault of an ArtifactGenerator's spec by itself, `undefined` when there is none (source-watcher `validateSpec`). */
export function validateGenerator(spec: JsonObject): string | undefined {
  const aliases = new Set<string>()
  for (const source of objects(spec['sources'])) {
    const alias = getString(source, 'alias') ?? ''
    if (aliases.has(alias)) return `duplicate source alias '${alias}' found`
    aliases.add(alias)
  }
  const names = new Set<string>()
  for (const artifact of objects(spec['artifacts'])) {
    const name = getString(artifact, 'name') ?? ''
    if (names.has(name)) return `duplicate artifact name '${name}' found`
    names.add(name)
    if ((getString(spec, 'pathPattern') ?? '') === '' && !(objectName.test(name) && name.length <= 253)) {
      return `artifact name "${name}" is not a valid Kubernetes object name: ${nameRule}`
    }
    const revision = (getString(artifact, 'revision') ?? '').replace(/^@/, '')
    if (revision !== '' && !aliases.has(revision))
      return `artifact ${name} revision source alias '${revision}' not found`
  }
  return undefined
}

/**
 * The artifacts that a spec asks for; `spec.pathPattern` makes one set for every directory that it matches
 * (source-watcher `buildArtifactRequests`). Throws `GeneratorSpecError`.
 */
export function artifactRequests(spec: JsonObject, sources: ReadonlyMap<string, SourceTree>): ArtifactRequest[] {
  const outputs = objects(spec['artifacts'])
  const pattern = getString(spec, 'pathPattern') ?? ''
  if (pattern === '') return outputs.map((output) => requestOf(output, {}, {}))
  const slash = pattern.indexOf('/')
  if (!pattern.startsWith('@') || slash < 0) throw new GeneratorSpecError(`invalid pathPattern format: ${pattern}`)
  const alias = pattern.slice(1, slash)
  const tree = sources.get(alias)
  if (tree === undefined) {
    throw new GeneratorSpecError(`pathPattern "${pattern}": source alias ${alias} not found in local sources`)
  }
  const parts = patternParts(pattern, pattern.slice(slash + 1))
  const seen = new Map<string, string>()
  const requests: ArtifactRequest[] = []
  for (const { dir, captures } of matchDirectories(tree, parts)) {
    const labels = lowered(pattern, captures)
    for (const output of outputs) {
      const request = render(output, { pattern, dir, captures, labels })
      const before = seen.get(request.name)
      if (before !== undefined) {
        throw new GeneratorSpecError(
          `pathPattern "${pattern}": directories "${before}" and "${dir}" both resolve to artifact name "${request.name}"`,
        )
      }
      seen.set(request.name, dir)
      requests.push(request)
    }
  }
  return requests
}

type Part = readonly { readonly text: string; readonly capture: boolean }[]

function patternParts(whole: string, pattern: string): Part[] {
  const seen = new Set<string>()
  return pattern.split('/').map((segment) => {
    const pieces = segment.split(/(\{[^}]*\})/).filter((piece) => piece !== '')
    return pieces.map((piece) => {
      if (!piece.startsWith('{') || !piece.endsWith('}')) {
        if (/[{}]/.test(piece)) throw new GeneratorSpecError(`pathPattern "${whole}": unbalanced braces`)
        return { text: piece, capture: false }
      }
      const name = piece.slice(1, -1)
      if (name === '') throw new GeneratorSpecError(`pathPattern "${whole}": empty capture variable`)
      if (!captureName.test(name)) {
        const rule = 'must be a valid capture name matching [A-Za-z_][A-Za-z0-9_]*'
        throw new GeneratorSpecError(`pathPattern "${whole}": capture variable "${name}" ${rule}`)
      }
      if (seen.has(name)) throw new GeneratorSpecError(`pathPattern "${whole}": duplicate capture variable "${name}"`)
      seen.add(name)
      return { text: name, capture: true }
    })
  })
}

interface DirectoryMatch {
  readonly dir: string
  readonly captures: Record<string, string>
}

function matchDirectories(tree: SourceTree, parts: readonly Part[]): DirectoryMatch[] {
  let found: DirectoryMatch[] = [{ dir: '', captures: {} }]
  for (const part of parts) {
    found = found.flatMap(({ dir, captures }) =>
      (tree.fs.readDir(joinPath(tree.root, dir)) ?? []).flatMap((entry) => {
        if (entry.kind !== 'directory') return []
        const more = matchSegment(entry.name, part)
        return more === undefined
          ? []
          : [{ dir: dir === '' ? entry.name : `${dir}/${entry.name}`, captures: { ...captures, ...more } }]
      }),
    )
  }
  return found
}

/** What the captures of a segment stand for; greedy from left to right, as the controller's expression. */
function matchSegment(name: string, part: Part): Record<string, string> | undefined {
  const match = (at: number, i: number): Record<string, string> | undefined => {
    const piece = part[i]
    if (piece === undefined) return at === name.length ? {} : undefined
    if (!piece.capture) return name.startsWith(piece.text, at) ? match(at + piece.text.length, i + 1) : undefined
    for (let end = name.length; end > at; end--) {
      const rest = match(end, i + 1)
      if (rest !== undefined) return { [piece.text]: name.slice(at, end), ...rest }
    }
    return undefined
  }
  return match(0, 0)
}

function lowered(pattern: string, captures: Record<string, string>): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [name, raw] of Object.entries(captures)) {
    const value = raw.toLowerCase()
    if (!labelValue.test(value) || value.length > 63) {
      throw new GeneratorSpecError(
        `pathPattern "${pattern}": captured value "${value}" for variable "${name}" is not a valid Kubernetes label value`,
      )
    }
    out[name] = value
  }
  return out
}

function render(
  output: JsonObject,
  match: {
    readonly pattern: string
    readonly dir: string
    readonly captures: Record<string, string>
    readonly labels: Record<string, string>
  },
): ArtifactRequest {
  const name = getString(output, 'name') ?? ''
  let request: ArtifactRequest
  try {
    request = requestOf(output, match.captures, match.labels)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new GeneratorSpecError(
      `pathPattern "${match.pattern}": failed to render artifact ${name} for match ${match.dir}: ${text}`,
    )
  }
  if (objectName.test(request.name)) return request
  throw new GeneratorSpecError(
    `pathPattern "${match.pattern}": rendered artifact name "${request.name}" is not a valid Kubernetes object name: ${nameRule}`,
  )
}

function requestOf(
  output: JsonObject,
  captures: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): ArtifactRequest {
  const templated = Object.keys(labels).length > 0
  const fill = (text: string, values: Readonly<Record<string, string>>): string =>
    templated ? expand(text, values) : text
  return {
    name: fill(getString(output, 'name') ?? '', labels),
    revision: getString(output, 'revision') ?? '',
    originRevision: getString(output, 'originRevision') ?? '',
    copy: objects(output['copy']).map((one) => ({
      from: fill(getString(one, 'from') ?? '', captures),
      to: fill(getString(one, 'to') ?? '', captures),
      exclude: texts(one['exclude']),
      strategy: getString(one, 'strategy') ?? '',
    })),
    labels,
  }
}

function expand(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{([^}]*)\}/g, (_, name: string) => {
    if (!Object.hasOwn(values, name)) {
      throw new Error(`invalid template "${template}": capture variable "${name}" is not defined by pathPattern`)
    }
    return values[name]!
  })
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}
