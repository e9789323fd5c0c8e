import {
  type Cancellation,
  checkCancelled,
  dirname,
  getIn,
  getString,
  type JsonObject,
  joinPath,
  jsonEqual,
  type Location,
  type ObjectRef,
  type Problem,
} from '../base/index.ts'
import { type BuiltObject, kustomizationFileNames } from '../flux/index.ts'
import { gvkOf, type KubeObject, refOf } from '../kube/index.ts'
import { secureJoin } from './artifact-root.ts'
import type { Artifact } from './artifacts.ts'
import type { BuildLookup } from './build-store.ts'
import { type Entry, entryRef } from './discover.ts'
import { isFluxKustomization, isFluxSource, objectKey } from './kinds.ts'
import type { ArtifactSource, Cluster, FleetKustomization, FleetSource, Rendered } from './types.ts'
import { resolveVariables, type Variables, variableSources } from './variables.ts'

/** What one build yields, sorted by what the walk looks for. */
export interface BuildOutput {
  readonly rendered: Rendered
  readonly kustomizations: readonly BuiltObject[]
  readonly sources: readonly BuiltObject[]
  readonly generators: readonly BuiltObject[]
  readonly releases: readonly BuiltObject[]
  /** ConfigMaps and Secrets. */
  readonly configs: readonly BuiltObject[]
}

/** A build to be made, or to be found among those made before. */
export interface BuildRequest {
  readonly id: string
  /** Distinguishes the rounds of an entry that describes itself. */
  readonly round: number
  readonly object: KubeObject
  readonly artifact: Artifact | undefined
  /** Why there is no artifact. */
  readonly fault: { readonly generator: BuiltObject; readonly message: string } | undefined
  readonly variables: Variables
  /** What declares the Kustomization; `undefined` for what only the bootstrap knows. */
  readonly rendered: BuiltObject | undefined
}

/** What the walk asks of the model around it. */
export interface WalkHost {
  build(request: BuildRequest): BuildLookup<BuildOutput>
  /** Resolves a source that the cluster declares, or that only the files declare. */
  source(request: { entry: Entry; ref: ObjectRef; declared: ClusterFacts }): {
    source: ArtifactSource
    artifact: Artifact | undefined
    fault?: { readonly generator: BuiltObject; readonly message: string }
  }
  originLocation(object: BuiltObject): Location | undefined
  relative(path: string): string | undefined
  readonly cancellation: Cancellation | undefined
}

/** An object of a cluster with the Kustomizations that apply it. */
export interface OwnedObject {
  readonly ref: ObjectRef
  readonly owners: { readonly id: string; readonly object: BuiltObject }[]
}

/** What the builds of one cluster declare so far. */
export class ClusterFacts {
  /** By `objectKey`: the first that renders it. */
  readonly sources: Map<
    string,
    { readonly object: KubeObject; readonly rendered: BuiltObject | undefined; readonly owner: string | undefined }
  > = new Map()
  /** ArtifactGenerators with a `pathPattern`, whose artifacts have names that depend on files; by namespace. */
  readonly patternGenerators: Map<string, BuiltObject[]> = new Map()
  /** ArtifactGenerators by `namespace/name` of each artifact that they make. */
  readonly generators: Map<string, BuiltObject> = new Map()
  readonly configs: Map<string, BuiltObject> = new Map()

  add(id: string, output: BuildOutput): void {
    for (const object of output.sources) {
      const key = objectKey(refOf(object.object))
      if (!this.sources.has(key)) this.sources.set(key, { object: object.object, rendered: object, owner: id })
    }
    for (const object of output.generators) {
      const namespace = getString(object.object, 'metadata', 'namespace') ?? ''
      const artifacts = getIn(object.object, ['spec', 'artifacts'])
      if (getString(object.object, 'spec', 'pathPattern') !== undefined) {
        const known = this.patternGenerators.get(namespace) ?? []
        if (!known.includes(object)) this.patternGenerators.set(namespace, [...known, object])
        continue
      }
      for (const artifact of Array.isArray(artifacts) ? artifacts : []) {
        const name = getString(artifact, 'name')
        if (name !== undefined) this.generators.set(`${namespace}/${name}`, object)
      }
    }
    for (const object of output.configs) {
      const key = objectKey(refOf(object.object))
      if (!this.configs.has(key)) this.configs.set(key, object)
    }
  }

  config(kind: string, namespace: string, name: string): JsonObject | undefined {
    return this.configs.get(`/${kind}/${namespace}/${name}`)?.object
  }
}

/** A walked cluster. */
export interface ClusterState {
  readonly cluster: Cluster
  readonly entry: Entry
  readonly facts: ClusterFacts
  readonly kustomizations: readonly WalkedKustomization[]
  readonly sources: readonly FleetSource[]
}

export interface WalkedKustomization {
  readonly kustomization: FleetKustomization
  readonly output: BuildOutput
  readonly variables: Variables
  /** The rendered object that declares it; `undefined` for what only the bootstrap knows. */
  readonly rendered: BuiltObject | undefined
  /** Other Kustomizations that render one of the same name; the first wins here. */
  readonly alsoIn: readonly string[]
}

interface Item {
  readonly object: KubeObject
  readonly rendered: BuiltObject | undefined
  readonly parent: string | undefined
}

const maxRounds = 3
const maxKustomizations = 10_000

/**
 * Walks a cluster from its entry as the controllers would: builds a Kustomization, follows the Kustomizations in its
 * result, and so on. One that needs a variable source or a source object which is not rendered yet waits until nothing
 * else is left.
 */
export function walkCluster(entry: Entry, host: WalkHost): ClusterState {
  const facts = new ClusterFacts()
  const done = new Map<string, WalkedKustomization>()
  let pending: Item[] = [{ object: entry.object, rendered: undefined, parent: undefined }]
  let waiting: Item[] = []
  let forced = false
  while (pending.length > 0 || waiting.length > 0) {
    if (pending.length === 0) {
      const ready = waiting.filter((item) => isReady(item.object, entry, facts))
      forced = ready.length === 0
      pending = forced ? waiting : ready
      waiting = forced ? [] : waiting.filter((item) => !ready.includes(item))
    }
    const next: Item[] = []
    for (const item of pending) {
      checkCancelled(host.cancellation)
      if (!forced && !isReady(item.object, entry, facts)) {
        waiting.push(item)
        continue
      }
      if (done.size >= maxKustomizations) break
      next.push(...visit(item, entry, facts, { done, host }))
    }
    forced = false
    pending = next
  }
  rebuildLateVariables(entry, facts, { done, host })
  const kustomizations = [...done.values()]
  return {
    entry,
    facts,
    kustomizations,
    cluster: {
      name: entry.name,
      entryPath: entry.entryPath,
      artifactRoot: entry.artifactRoot,
      declared: entry.declared,
      foundBy: entry.foundBy,
      kustomizations: kustomizations.map((walked) => walked.kustomization.id),
    },
    sources: listSources(entry, facts, host),
  }
}

interface VisitContext {
  readonly done: Map<string, WalkedKustomization>
  readonly host: WalkHost
}

/** Builds one Kustomization; answers the ones in its result. */
function visit(item: Item, entry: Entry, facts: ClusterFacts, context: VisitContext): Item[] {
  const id = idOf(entry, item)
  const known = context.done.get(id)
  if (known !== undefined) {
    // An entry finds itself in its own build; that is no second owner.
    if (item.parent !== undefined && !(item.parent === id && known.kustomization.parent === undefined))
      (known.alsoIn as string[]).push(item.parent)
    return []
  }
  let walked = buildOne(item, 0, entry, facts, context.host)
  for (let round = 1; round < maxRounds && item.parent === undefined; round++) {
    const self = walked.output.kustomizations.find(
      (object) => idOf(entry, { object: object.object, rendered: object, parent: id }) === id,
    )
    if (self === undefined || (round > 1 && jsonEqual(self.object, walked.kustomization.object))) break
    walked = buildOne({ object: self.object, rendered: self, parent: undefined }, round, entry, facts, context.host)
  }
  context.done.set(id, walked)
  facts.add(id, walked.output)
  // Objects for another cluster are applied there; no controller of this one reads them.
  if (getIn(walked.kustomization.object, ['spec', 'kubeConfig']) !== undefined) return []
  return walked.output.kustomizations.map((object) => ({ object: object.object, rendered: object, parent: id }))
}

function buildOne(item: Item, round: number, entry: Entry, facts: ClusterFacts, host: WalkHost): WalkedKustomization {
  const object = withNamespace(item.object, entry)
  const ref = refOf(object)
  const { source, artifact, fault } = host.source({ entry, ref: sourceRefOf(object) ?? ref, declared: facts })
  const variables = resolveVariables(object, (kind, namespace, name) => facts.config(kind, namespace, name))
  const declared = item.rendered === undefined ? bootstrapLocation(entry) : host.originLocation(item.rendered)
  const id = idOf(entry, item)
  const { value: output } = host.build({ id, round, object, artifact, fault, variables, rendered: item.rendered })
  const path = secureJoin('', getString(object, 'spec', 'path') ?? '')
  const directory = source.type === 'directory' ? secureJoin(source.dir, path) : directoryBehind(artifact, path, host)
  return {
    kustomization: { id, cluster: entry.name, ref, object, source, path, directory, parent: item.parent, declared },
    output,
    variables,
    rendered: item.rendered,
    alsoIn: [],
  }
}

/** The directory of the workspace from which the kustomization file of an artifact's directory comes. */
function directoryBehind(artifact: Artifact | undefined, path: string, host: WalkHost): string | undefined {
  if (artifact === undefined) return undefined
  for (const name of kustomizationFileNames) {
    const file = artifact.toWorkspace(joinPath(artifact.root, path, name))
    const relative = file === undefined ? undefined : host.relative(file)
    if (relative !== undefined) return dirname(relative)
  }
  return undefined
}

/** Variables that another Kustomization rendered too late are put in now; a second look is enough for real fleets. */
function rebuildLateVariables(entry: Entry, facts: ClusterFacts, context: VisitContext): void {
  for (const [id, walked] of context.done) {
    const late = walked.variables.missing.some(
      (source) => facts.config(source.kind, source.namespace, source.name) !== undefined,
    )
    if (!late) continue
    const { kustomization } = walked
    const item = { object: kustomization.object, rendered: walked.rendered, parent: kustomization.parent }
    const again = buildOne(item, 0, entry, facts, context.host)
    context.done.set(id, { ...again, alsoIn: walked.alsoIn })
    facts.add(id, again.output)
  }
}

function isReady(object: KubeObject, entry: Entry, facts: ClusterFacts): boolean {
  const target = withNamespace(object, entry)
  if (variableSources(target).some((source) => facts.config(source.kind, source.namespace, source.name) === undefined))
    return false
  const ref = sourceRefOf(target)
  if (ref === undefined || objectKey(ref) === objectKey(refOf(entry.source))) return true
  if (ref.kind === 'ExternalArtifact') {
    return facts.generators.has(`${ref.namespace}/${ref.name}`) || facts.patternGenerators.has(ref.namespace ?? '')
  }
  return facts.sources.has(objectKey(ref))
}

/** The source that a Kustomization names, in its own namespace unless it says otherwise. */
export function sourceRefOf(object: KubeObject): ObjectRef | undefined {
  const sourceRef = getIn(object, ['spec', 'sourceRef'])
  const kind = getString(sourceRef, 'kind')
  const name = getString(sourceRef, 'name')
  if (kind === undefined || name === undefined) return undefined
  const namespace = getString(sourceRef, 'namespace') ?? getString(object, 'metadata', 'namespace') ?? ''
  return { apiVersion: 'source.toolkit.fluxcd.io/v1', kind, name, namespace }
}

function idOf(entry: Entry, item: Item): string {
  const object = withNamespace(item.object, entry)
  return `${entry.name}/${getString(object, 'metadata', 'namespace')}/${object.metadata.name}`
}

/** An object without a namespace is taken to be in that of the entry. */
function withNamespace(object: KubeObject, entry: Entry): KubeObject {
  if (getString(object, 'metadata', 'namespace')) return object
  const namespace = entryRef(entry).namespace ?? 'flux-system'
  return { ...object, metadata: { ...object.metadata, namespace } }
}

function bootstrapLocation(entry: Entry): Location | undefined {
  return entry.foundBy === 'gotk-sync' && entry.declared.range !== undefined ? entry.declared : undefined
}

function listSources(entry: Entry, facts: ClusterFacts, host: WalkHost): FleetSource[] {
  const out: FleetSource[] = []
  const bootstrap = refOf(entry.source)
  const add = (object: KubeObject, rendered: BuiltObject | undefined, owner: string | undefined): void => {
    const ref = refOf(object)
    const { source } = host.source({ entry, ref, declared: facts })
    out.push({
      id: `${entry.name}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`,
      cluster: entry.name,
      ref,
      object,
      url: getString(object, 'spec', 'url'),
      directory: source.type === 'directory' ? source.dir : undefined,
      declared: rendered === undefined ? entry.declared : host.originLocation(rendered),
      owner,
    })
  }
  if (!facts.sources.has(objectKey(bootstrap))) add(entry.source, undefined, undefined)
  for (const { object, rendered, owner } of facts.sources.values()) add(object, rendered, owner)
  return out
}

/** Sorts what a build rendered by what the walk looks for. */
export function sortOutput(rendered: Rendered): BuildOutput {
  const output = {
    rendered,
    kustomizations: [] as BuiltObject[],
    sources: [] as BuiltObject[],
    generators: [] as BuiltObject[],
    releases: [] as BuiltObject[],
    configs: [] as BuiltObject[],
  }
  for (const object of rendered.objects) {
    const { group, kind } = gvkOf(object.object)
    if (isFluxKustomization(object.object)) output.kustomizations.push(object)
    else if (isFluxSource(object.object)) output.sources.push(object)
    else if (kind === 'ArtifactGenerator' && group === 'source.extensions.fluxcd.io') output.generators.push(object)
    else if (kind === 'HelmRelease' && group === 'helm.toolkit.fluxcd.io') output.releases.push(object)
    else if (group === '' && (kind === 'ConfigMap' || kind === 'Secret')) output.configs.push(object)
  }
  return output
}

/** A problem of a Kustomization that could not be built at all. */
export function emptyRendered(id: string, problems: readonly Problem[]): Rendered {
  return { id, objects: [], text: () => '', problems, inputs: [], variables: new Map(), unknownVariables: [] }
}
