import { dirname, getString, joinPath, type TextRange } from '../base/index.ts'
import { isKustomizeFileName, kustomizePathLists, lineStartAt } from '../fleet/index.ts'
import { fluxKindOf, fluxKinds } from '../flux/index.ts'
import { apiVersionOf, parseApiVersion } from '../kube/index.ts'
import type { StructuralSchema } from '../schema/index.ts'
import type { CompletionPlace } from './completion.ts'
import type { Completion, CompletionKind } from './types.ts'

type Path = readonly (string | number)[]

/** Values for the field at a path: names from the repository, paths, kinds, enums, booleans. */
export function completeValues(place: CompletionPlace, schema: StructuralSchema | undefined, path: Path): Completion[] {
  const range = { start: place.cursor.start, end: Math.max(place.cursor.end, place.offset) }
  const make = (label: string, kind: CompletionKind, detail?: string, newText = label): Completion => ({
    label,
    kind,
    ...(detail === undefined ? {} : { detail }),
    range,
    newText,
    snippet: false,
    sortText: label,
    deprecated: false,
  })
  const items =
    completeHeader(place, path, make) ??
    completePaths(place, path, range) ??
    completeNames(place, path, make) ??
    completeSchema(schema, make)
  return items.sort((a, b) => (a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : 0))
}

type Make = (label: string, kind: CompletionKind, detail?: string, newText?: string) => Completion

/** `apiVersion` and `kind` of the document; each narrows the other. */
function completeHeader(
  { context, apiVersion, kind }: CompletionPlace,
  path: Path,
  make: Make,
): Completion[] | undefined {
  if (path.length !== 1 || (path[0] !== 'apiVersion' && path[0] !== 'kind')) return undefined
  const infos = context.registry.kinds()
  const out = new Map<string, Completion>()
  if (path[0] === 'apiVersion') {
    for (const info of infos) {
      if (kind !== undefined && infos.some((other) => other.kind === kind) && info.kind !== kind) continue
      const version = apiVersionOf(info)
      out.set(version, { ...make(version, 'enum'), sortText: `${info.preferred ? 1 : 2}${version}` })
    }
  } else {
    const wanted = apiVersion === undefined ? undefined : parseApiVersion(apiVersion)
    const known = infos.some((info) => info.group === wanted?.group && info.version === wanted?.version)
    for (const info of infos) {
      if (known && (info.group !== wanted?.group || info.version !== wanted?.version)) continue
      if (!out.has(info.kind)) out.set(info.kind, make(info.kind, 'enum', apiVersionOf(info)))
    }
  }
  return [...out.values()]
}

const pathLists: ReadonlySet<string> = new Set([...kustomizePathLists, 'files', 'envs'])

/** Files and directories below what is written so far. */
function completePaths(place: CompletionPlace, path: Path, range: TextRange): Completion[] | undefined {
  const { fleet } = place.context
  const file = fleet.file(place.path)
  const last = path[path.length - 1]
  const dir = dirname(place.path)
  if (
    place.kind === 'Kustomization' &&
    place.apiVersion?.startsWith('kustomize.toolkit.fluxcd.io/') &&
    path.join('.') === 'spec.path'
  ) {
    return listPaths(place, { base: artifactRootOf(place), range, files: false, prefix: './' })
  }
  if (file?.isKustomizeFile !== true) return undefined
  const holder = typeof last === 'number' ? path[path.length - 2] : undefined
  const isList = typeof holder === 'string' && pathLists.has(holder)
  if (!isList && last !== 'path') return undefined
  return listPaths(place, { base: dir, range, files: holder !== 'components', prefix: '' })
}

/** The artifact root of the cluster that the file belongs to. */
function artifactRootOf({ context, path }: CompletionPlace): string {
  const { fleet } = context
  const owner = fleet.affectedBy(path)[0]
  const source = owner === undefined ? undefined : fleet.kustomization(owner)?.source
  return source?.type === 'directory' ? source.dir : (fleet.clusters()[0]?.artifactRoot ?? '.')
}

interface PathQuestion {
  readonly base: string
  readonly range: TextRange
  readonly files: boolean
  readonly prefix: string
}

function listPaths(place: CompletionPlace, question: PathQuestion): Completion[] {
  const { fleet } = place.context
  const written = place.cursor.prefix.replace(/^["']/, '')
  const slash = written.lastIndexOf('/')
  const head = written.slice(0, slash + 1)
  const dir = joinPath(question.base === '.' ? '' : question.base, head === '' ? '.' : head)
  if (dir.startsWith('..')) return []
  const entries = fleet.fs.readDir(joinPath(fleet.root, dir === '.' ? '' : dir)) ?? []
  const out: Completion[] = []
  for (const entry of entries) {
    const isDirectory = entry.kind === 'directory'
    if (entry.name.startsWith('.') || (!isDirectory && (!question.files || isKustomizeFileName(entry.name)))) continue
    const newText = `${head === '' ? question.prefix : head}${entry.name}`
    out.push({
      label: newText,
      kind: isDirectory ? 'folder' : 'file',
      range: question.range,
      newText,
      snippet: false,
      sortText: `${isDirectory ? 1 : 2}${entry.name}`,
      deprecated: false,
    })
  }
  return out
}

/** Names of objects for references, and namespaces. */
function completeNames(place: CompletionPlace, path: Path, make: Make): Completion[] | undefined {
  const { fleet } = place.context
  const last = path[path.length - 1]
  if (last === 'namespace' || last === 'targetNamespace')
    return namespaces(place).map((name) => make(name, 'reference'))
  if (last !== 'name' || place.kind === undefined) return undefined
  const kind = referredKind(place, path)
  if (kind === undefined) return undefined
  const out = new Map<string, Completion>()
  const add = (ref: { kind: string; name: string; namespace?: string }): void => {
    if (ref.kind !== kind || ref.name === '' || ref.name.includes('${')) return
    if (!out.has(ref.name)) out.set(ref.name, make(ref.name, 'reference', ref.namespace))
  }
  for (const source of fleet.sources()) add(source.ref)
  for (const { name } of fleet.clusters()) for (const { ref } of fleet.clusterObjects(name).values()) add(ref)
  for (const { ref } of fleet.objects()) add(ref)
  if (kind === 'ExternalArtifact') for (const name of artifactNames(place)) add({ kind, name })
  return [...out.values()]
}

/** The kind of object that `name` at a path refers to. */
function referredKind(place: CompletionPlace, path: Path): string | undefined {
  const holder = path.slice(0, -1)
  const flux = fluxKindOf({
    kind: place.kind!,
    ...(place.apiVersion === undefined ? {} : { apiVersion: place.apiVersion }),
  })
  const spec = flux?.references.find(
    (one) =>
      (one.nameField ?? 'name') === 'name' &&
      one.path.length === holder.length &&
      one.path.every((step, i) => step === '*' || step === holder[i]),
  )
  if (spec === undefined) return undefined
  return spec.kind ?? siblingKind(place) ?? fluxKinds.find((kind) => kind.kind === 'GitRepository')?.kind
}

/** The `kind:` next to the cursor's line. */
function siblingKind({ text, cursor }: CompletionPlace): string | undefined {
  const lineStart = lineStartAt(text, cursor.start)
  const pattern = new RegExp(`^[ -]{${cursor.column}}kind:[ \\t]*["']?([A-Za-z]+)`)
  const isSame = (line: string): boolean =>
    line.trim() === '' || line.length - line.replace(/^[ -]+/, '').length >= cursor.column
  const before = text.slice(cursor.document.start, lineStart).split('\n').reverse().slice(1)
  const after = text.slice(lineStart, cursor.document.end).split('\n').slice(1)
  for (const lines of [before, after]) {
    for (const line of lines) {
      if (!isSame(line)) break
      const match = pattern.exec(line)
      if (match !== null) return match[1]
    }
  }
  return undefined
}

function artifactNames({ context }: CompletionPlace): string[] {
  return context.fleet.objects().flatMap(({ ref, object }) => {
    if (ref.kind !== 'ArtifactGenerator') return []
    const spec = object['spec'] as { artifacts?: { name?: unknown }[] } | undefined
    if (!Array.isArray(spec?.artifacts)) return []
    return spec.artifacts.flatMap((artifact) => (typeof artifact?.name === 'string' ? [artifact.name] : []))
  })
}

function namespaces({ context }: CompletionPlace): string[] {
  const { fleet } = context
  const out = new Set<string>()
  for (const { ref, object } of fleet.objects()) {
    if (ref.kind === 'Namespace' && ref.name !== '') out.add(ref.name)
    else if (ref.namespace !== undefined) out.add(ref.namespace)
    const target = getString(object, 'spec', 'targetNamespace')
    if (target !== undefined) out.add(target)
  }
  for (const { ref } of fleet.kustomizations()) if (ref.namespace !== undefined) out.add(ref.namespace)
  return [...out].filter((name) => !name.includes('${')).sort()
}

function completeSchema(schema: StructuralSchema | undefined, make: Make): Completion[] {
  if (schema === undefined) return []
  if (schema.enum !== undefined) return schema.enum.map((value) => make(String(value), 'enum'))
  if (schema.type === 'boolean') return [make('true', 'value'), make('false', 'value')]
  if (schema.default !== undefined && typeof schema.default !== 'object')
    return [make(String(schema.default), 'value', 'default')]
  if (schema.type === 'string' && /(ms\|s\|m\|h)/.test(schema.pattern ?? '')) {
    return ['1m', '5m', '10m', '30m', '1h', '24h'].map((text, index) => ({
      ...make(text, 'value', 'duration'),
      sortText: String(index),
    }))
  }
  return []
}
