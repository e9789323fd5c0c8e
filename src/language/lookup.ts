import type { Location, ObjectRef, TextRange } from '../base/index.ts'
import {
  type Fleet,
  type LocatedObject,
  type NodePosition,
  nodeAt,
  positionAt,
  type Reference,
  resolveAlias,
  type SourceFile,
  type VariableInfo,
} from '../fleet/index.ts'

/** What stands at an offset of a file. */
export interface Place {
  readonly file: SourceFile
  readonly position: NodePosition
  /** The document, when it is an object. */
  readonly object: LocatedObject | undefined
}

/** Finds the document and node at an offset. */
export function placeAt(fleet: Fleet, path: string, offset: number): Place | undefined {
  const file = fleet.file(path)
  if (file === undefined) return undefined
  for (const { root, range } of file.documents) {
    if (root === undefined || offset < range.start || offset > range.end) continue
    const object = file.objects.find((one) => one.root === root)
    return { file, position: positionAt(root, offset), object }
  }
  return undefined
}

/** The references written at an offset: on the name, or anywhere in the mapping that holds it. One a target. */
export function referencesAt(fleet: Fleet, path: string, offset: number, place: Place): Reference[] {
  const all = fleet.referencesIn(path)
  const named = all.filter(({ location }) => contains(location?.range, offset))
  const found =
    named.length > 0 ? named : place.object === undefined ? [] : around(all, place.object, place.position.path)
  const seen = new Set<string>()
  return found.filter((reference) => {
    const key = JSON.stringify([reference.cluster, reference.to])
    return !seen.has(key) && seen.add(key)
  })
}

function around(all: readonly Reference[], object: LocatedObject, path: readonly (string | number)[]): Reference[] {
  return all.filter(({ field, location }) => {
    const start = location?.range?.start ?? -1
    if (start < object.range.start || start >= object.range.end || field.length >= path.length) return false
    return field.every((step, i) => step === path[i]) && path.length === field.length + 1
  })
}

function contains(range: TextRange | undefined, offset: number): boolean {
  return range !== undefined && range.start <= offset && offset <= range.end
}

/** The object that is declared where the offset stands on its `metadata.name` (or on `kind`). */
export function declaredAt(
  fleet: Fleet,
  place: Place,
): { readonly ref: ObjectRef; readonly range: TextRange } | undefined {
  const { object, position } = place
  if (object === undefined || object.ref.name === '') return undefined
  const [first, second] = position.path
  if (!(first === 'kind' || (first === 'metadata' && (second === 'name' || second === undefined)))) return undefined
  const name = resolveAlias(nodeAt(object.root, ['metadata', 'name']))
  if (name === undefined) return undefined
  const effective = fleet.effective(object)
  const ref = effective[0]?.ref ?? object.ref
  return { ref, range: { start: name.start, end: name.end } }
}

/** `${NAME…}` at an offset. */
export function variableAt(
  text: string,
  offset: number,
): { readonly name: string; readonly range: TextRange } | undefined {
  const from = text.lastIndexOf('${', offset)
  if (from < 0 || offset - from > 200 || (from > 0 && text[from - 1] === '$')) return undefined
  const match = /^\$\{([A-Za-z_]\w*)[^}\n]*\}?/.exec(text.slice(from, from + 300))
  if (match === null || offset > from + match[0].length) return undefined
  return { name: match[1]!, range: { start: from, end: from + match[0].length } }
}

/** The values of a variable in the Kustomizations that read a file, by Kustomization id. */
export function variableValues(
  fleet: Fleet,
  path: string,
  name: string,
): { readonly id: string; readonly info: VariableInfo | undefined }[] {
  return fleet.affectedBy(path).map((id) => ({ id, info: fleet.variables(id).get(name) }))
}

/** Where the objects of a reference are declared, without repetition. */
export function targetLocations(fleet: Fleet, references: readonly Reference[]): Location[] {
  const out = new Map<string, Location>()
  for (const { to, cluster } of references) {
    const location = nameOf(fleet, to, cluster)
    if (location !== undefined) out.set(`${location.path}:${location.range?.start ?? 0}`, location)
  }
  return [...out.values()]
}

/** The `metadata.name` of an object's declaration; an ExternalArtifact leads to the generator's entry. */
export function nameOf(fleet: Fleet, ref: ObjectRef, cluster: string | undefined): Location | undefined {
  const wanted = cluster === '-' ? undefined : cluster
  const located = fleet.locate(ref, wanted)
  if (located !== undefined) {
    const name = resolveAlias(nodeAt(located.root, ['metadata', 'name']))
    return { path: located.path, range: name === undefined ? located.range : { start: name.start, end: name.end } }
  }
  const declared = fleet.declarationOf(ref, wanted)
  if (declared !== undefined || ref.kind !== 'ExternalArtifact') return declared
  return generatedArtifact(fleet, ref, wanted)
}

function generatedArtifact(fleet: Fleet, ref: ObjectRef, cluster: string | undefined): Location | undefined {
  for (const { name } of fleet.clusters()) {
    if (cluster !== undefined && name !== cluster) continue
    for (const owned of fleet.clusterObjects(name).values()) {
      if (owned.ref.kind !== 'ArtifactGenerator' || owned.ref.namespace !== ref.namespace) continue
      const { rendered } = owned.owners[0]!
      const spec = rendered.object['spec'] as { artifacts?: { name?: string }[] } | undefined
      const index = Array.isArray(spec?.artifacts)
        ? spec.artifacts.findIndex((artifact) => artifact?.name === ref.name)
        : -1
      if (index >= 0) return fleet.fieldLocation(rendered, ['spec', 'artifacts', index, 'name'])
    }
  }
  return undefined
}
