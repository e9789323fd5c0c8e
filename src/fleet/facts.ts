import { compareStrings, getString, type Location, type ObjectRef } from '../base/index.ts'
import { type BuiltObject, type Reference as FluxReference, referencesOf } from '../flux/index.ts'
import { refOf } from '../kube/index.ts'
import { objectKey } from './kinds.ts'
import { nodeAt, resolveAlias } from './node.ts'
import type {
  EffectiveObject,
  FleetGraph,
  GraphEdge,
  GraphNode,
  LocatedObject,
  OwnedObject,
  Reference,
} from './types.ts'
import type { ClusterState } from './walk.ts'

/** What the facts need of the model around them. */
export interface FactsHost {
  originLocation(object: BuiltObject): Location | undefined
  fieldLocation(object: BuiltObject, path: readonly (string | number)[]): Location | undefined
  /** The document that declares an object. */
  declaration(object: BuiltObject): LocatedObject | undefined
}

/** What follows from all builds together. Made once for each revision, on demand. */
export interface Facts {
  readonly objects: ReadonlyMap<string, ReadonlyMap<string, OwnedObject>>
  /** Effective objects by the document that declares them. */
  readonly effective: ReadonlyMap<LocatedObject, readonly EffectiveObject[]>
  readonly references: readonly Reference[]
  /** References by the object that they name. */
  readonly byTarget: ReadonlyMap<string, readonly Reference[]>
  readonly byPath: ReadonlyMap<string, readonly Reference[]>
}

/** Indexes every rendered object of every cluster: owners, declaring documents, references and their reverse. */
export function collectFacts(states: readonly ClusterState[], loose: readonly LocatedObject[], host: FactsHost): Facts {
  const objects = new Map<string, Map<string, OwnedObject>>()
  const effective = new Map<LocatedObject, EffectiveObject[]>()
  const references: Reference[] = []
  for (const state of states) {
    const cluster = state.cluster.name
    const owned = new Map<string, { ref: ObjectRef; owners: EffectiveObject[] }>()
    objects.set(cluster, owned)
    for (const { kustomization, output } of state.kustomizations) {
      for (const rendered of output.rendered.objects) {
        const one: EffectiveObject = { cluster, owner: kustomization.id, ref: refOf(rendered.object), rendered }
        push(owned, objectKey(one.ref), one)
        const document = host.declaration(rendered)
        if (document !== undefined) {
          const list = effective.get(document)
          if (list === undefined) effective.set(document, [one])
          else list.push(one)
        }
        for (const reference of referencesOf(rendered.object)) {
          references.push(toReference(one, reference, nameLocation(rendered, reference, host)))
        }
      }
    }
  }
  for (const document of loose) {
    if (effective.has(document)) continue
    references.push(...looseReferences(document))
  }
  return { objects, effective, references, ...indexReferences(references) }
}

function push(
  owned: Map<string, { ref: ObjectRef; owners: EffectiveObject[] }>,
  key: string,
  one: EffectiveObject,
): void {
  const known = owned.get(key)
  if (known === undefined) owned.set(key, { ref: one.ref, owners: [one] })
  else known.owners.push(one)
}

function toReference(
  from: { ref: ObjectRef; cluster: string },
  reference: FluxReference,
  location: Location | undefined,
): Reference {
  return {
    from: from.ref,
    cluster: from.cluster,
    to: {
      apiVersion: reference.apiVersion,
      kind: reference.kind,
      name: reference.name,
      ...(reference.namespace === '' ? {} : { namespace: reference.namespace }),
    },
    role: reference.role,
    optional: reference.optional,
    field: reference.path,
    location,
  }
}

/** Where the name of a reference is written: the reference's `name`, or the scalar at its path. */
function nameLocation(rendered: BuiltObject, reference: FluxReference, host: FactsHost): Location | undefined {
  const last = reference.path[reference.path.length - 1]
  const isName = typeof last === 'string' && /Name$/.test(last)
  return host.fieldLocation(rendered, isName ? reference.path : [...reference.path, 'name'])
}

/** The references of a document that no build holds, as written. */
function looseReferences(document: LocatedObject): Reference[] {
  const metadata = document.object['metadata']
  if (getString(metadata, 'name') === undefined) return []
  const object = document.object as Parameters<typeof referencesOf>[0]
  return referencesOf(object).map((reference) => {
    const at = nodeAt(document.root, reference.path)
    const node = resolveAlias(at?.kind === 'mapping' ? nodeAt(at, ['name']) : at)
    const location =
      node === undefined ? undefined : { path: document.path, range: { start: node.start, end: node.end } }
    return toReference({ ref: document.ref, cluster: '-' }, reference, location)
  })
}

function indexReferences(references: readonly Reference[]): Pick<Facts, 'byTarget' | 'byPath'> {
  const byTarget = new Map<string, Reference[]>()
  const byPath = new Map<string, Reference[]>()
  for (const reference of references) {
    add(byTarget, objectKey(reference.to), reference)
    if (reference.location !== undefined) add(byPath, reference.location.path, reference)
  }
  return { byTarget, byPath }
}

function add<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [item])
  else list.push(item)
}

/**
 * The picture of a fleet: sources, Kustomizations and HelmReleases, and what leads from one to the other. Edges go from
 * the one that is needed first to the one that needs it.
 */
export function buildGraph(
  states: readonly ClusterState[],
  facts: Facts,
  host: FactsHost,
  cluster?: string,
): FleetGraph {
  const nodes = new Map<string, GraphNode>()
  const edges: GraphEdge[] = []
  for (const state of states) {
    const name = state.cluster.name
    if (cluster !== undefined && name !== cluster) continue
    const idOf = (ref: ObjectRef): string => `${name}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`
    for (const source of state.sources) {
      nodes.set(idOf(source.ref), {
        id: idOf(source.ref),
        kind: source.ref.kind,
        cluster: name,
        ref: source.ref,
        declared: source.declared,
      })
    }
    for (const { kustomization } of state.kustomizations) {
      const { ref, declared } = kustomization
      nodes.set(idOf(ref), { id: idOf(ref), kind: ref.kind, cluster: name, ref, declared })
    }
    for (const { kustomization, output } of state.kustomizations) {
      for (const object of [...output.generators, ...output.releases]) {
        const ref = refOf(object.object)
        nodes.set(idOf(ref), {
          id: idOf(ref),
          kind: ref.kind,
          cluster: name,
          ref,
          declared: host.originLocation(object),
        })
        edges.push({ from: idOf(kustomization.ref), to: idOf(ref), type: 'renders' })
      }
      for (const child of output.kustomizations)
        edges.push({ from: idOf(kustomization.ref), to: idOf(refOf(child.object)), type: 'renders' })
    }
    for (const reference of facts.references) {
      if (reference.cluster !== name) continue
      const type = edgeTypes[reference.role]
      const [from, to] = [idOf(reference.to), idOf(reference.from)]
      if (type !== undefined && nodes.has(from) && nodes.has(to)) edges.push({ from, to, type })
    }
  }
  const unique = new Map(
    edges.filter((edge) => edge.from !== edge.to).map((edge) => [`${edge.from} ${edge.to} ${edge.type}`, edge]),
  )
  const sorted = [...nodes.values()].sort((a, b) => compareStrings(a.id, b.id))
  return { nodes: sorted, edges: [...unique.values()].filter((edge) => nodes.has(edge.from) && nodes.has(edge.to)) }
}

const edgeTypes: Readonly<Record<string, GraphEdge['type']>> = {
  source: 'source',
  chart: 'chart',
  dependency: 'dependsOn',
  values: 'values',
}
