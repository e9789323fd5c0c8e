import {
  basename,
  compareStrings,
  dirname,
  getIn,
  getString,
  type JsonObject,
  type Location,
  type ObjectRef,
} from '../base/index.ts'
import type { KubeObject } from '../kube/index.ts'
import { findArtifactRoot } from './artifact-root.ts'
import { isFluxKustomization } from './kinds.ts'
import type { Cluster, LocatedObject, SourceFile } from './types.ts'

/** An entry point: the first Kustomization of a cluster, and the source that the bootstrap makes for it. */
export interface Entry {
  readonly name: string
  readonly entryPath: string
  readonly artifactRoot: string
  readonly declared: Location
  readonly foundBy: Cluster['foundBy']
  readonly object: KubeObject
  /** The bootstrap's source as far as it is known; its `spec` may be empty. */
  readonly source: KubeObject
}

/** What discovery looks at. */
export interface DiscoveryInput {
  readonly files: readonly SourceFile[]
  readonly isDirectory: (path: string) => boolean
  readonly exists: (path: string) => boolean
  readonly marked: readonly string[]
}

interface Candidate {
  /** Directory that the entry builds, relative to the workspace; or as written below an unknown artifact root. */
  readonly specPath: string | undefined
  readonly entryDir: string | undefined
  readonly declared: Location
  readonly foundBy: Cluster['foundBy']
  readonly object?: JsonObject
  readonly source?: JsonObject
  readonly namespace: string
}

/**
 * Finds what a fleet's clusters start from. In order of trust: directories that the user marked; the files that `flux
 * bootstrap` writes (`gotk-sync.yaml`, which is empty in templates); a FluxInstance, or the values of its chart;
 * directories below `clusters/`; at last Kustomizations that no other one can contain.
 */
export function discoverEntries(input: DiscoveryInput): Entry[] {
  const objects = input.files.flatMap((file) => file.objects)
  const certain = [...markedCandidates(input), ...gotkCandidates(input), ...instanceCandidates(input, objects)]
  const found = resolveAll(certain, input, objects)
  if (found.length > 0) return nameEntries(found)
  const directories = resolveAll(clusterDirectoryCandidates(objects), input, objects)
  if (directories.length > 0) return nameEntries(directories)
  return nameEntries(resolveAll(looseCandidates(objects), input, objects))
}

function markedCandidates(input: DiscoveryInput): Candidate[] {
  return input.marked
    .filter((path) => input.isDirectory(path))
    .map((path) => ({
      specPath: undefined,
      entryDir: path,
      declared: { path },
      foundBy: 'user' as const,
      namespace: 'flux-system',
    }))
}

function gotkCandidates(input: DiscoveryInput): Candidate[] {
  const out: Candidate[] = []
  for (const file of input.files) {
    if (basename(file.path) !== 'gotk-sync.yaml') continue
    const entry = file.objects.find((object) => isFluxKustomization(object.ref) && object.ref.name !== '')
    const source = file.objects.find((object) => /^source\./.test(object.ref.apiVersion) && object.ref.name !== '')
    const dir = dirname(file.path)
    const namespace = entry?.ref.namespace ?? 'flux-system'
    out.push({
      specPath: entry === undefined ? undefined : getString(entry.object, 'spec', 'path'),
      entryDir: basename(dir) === 'flux-system' ? dirname(dir) : dir,
      declared: { path: file.path, ...(entry === undefined ? {} : { range: entry.range }) },
      foundBy: 'gotk-sync',
      namespace,
      ...(entry === undefined ? {} : { object: entry.object }),
      ...(source === undefined ? {} : { source: source.object }),
    })
  }
  return out
}

/** FluxInstance objects, and Helm values for the `flux-instance` chart (in a HelmRelease or in a values file). */
function instanceCandidates(input: DiscoveryInput, objects: readonly LocatedObject[]): Candidate[] {
  const out: Candidate[] = []
  for (const { ref, object, path, range } of objects) {
    const isInstance = ref.kind === 'FluxInstance' && ref.apiVersion.startsWith('fluxcd.controlplane.io/')
    const sync = isInstance
      ? getIn(object, ['spec', 'sync'])
      : ref.kind === 'HelmRelease'
        ? getIn(object, ['spec', 'values', 'instance', 'sync'])
        : undefined
    const specPath = getString(sync, 'path')
    if (specPath === undefined || getString(sync, 'url') === undefined) continue
    const namespace = ref.namespace ?? 'flux-system'
    const name = getString(sync, 'name') ?? namespace
    const kind = getString(sync, 'kind') ?? 'GitRepository'
    out.push({
      specPath,
      entryDir: undefined,
      declared: { path, range },
      foundBy: 'flux-instance',
      namespace,
      object: entryObject({ name, namespace, specPath, sourceKind: kind }),
      source: instanceSource({ name, namespace, kind, url: getString(sync, 'url')!, ref: getString(sync, 'ref') }),
    })
  }
  return uniqueBy(out, (candidate) => candidate.specPath ?? '').filter(
    (candidate) => input.files.length > 0 && candidate.specPath !== undefined,
  )
}

/** flux-operator makes the source of `spec.sync`; `ref` is a Git reference name or an OCI tag. */
function instanceSource(sync: {
  name: string
  namespace: string
  kind: string
  url: string
  ref: string | undefined
}): JsonObject {
  const reference: JsonObject =
    sync.ref === undefined ? {} : { ref: sync.kind === 'GitRepository' ? { name: sync.ref } : { tag: sync.ref } }
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: sync.kind,
    metadata: { name: sync.name, namespace: sync.namespace },
    spec: { url: sync.url, ...reference },
  }
}

/** `clusters/<name>` that holds Flux Kustomizations. */
function clusterDirectoryCandidates(objects: readonly LocatedObject[]): Candidate[] {
  const dirs = new Map<string, LocatedObject>()
  for (const object of objects) {
    if (!isFluxKustomization(object.ref)) continue
    const match = /^((?:.*\/)?clusters\/[^/]+)\//.exec(object.path)
    if (match !== null && !dirs.has(match[1]!)) dirs.set(match[1]!, object)
  }
  return [...dirs].map(([entryDir, object]) => ({
    specPath: undefined,
    entryDir,
    declared: { path: object.path, range: object.range },
    foundBy: 'clusters-directory' as const,
    namespace: 'flux-system',
  }))
}

/** Directories of Kustomizations that lie in no directory that another Kustomization builds. */
function looseCandidates(objects: readonly LocatedObject[]): Candidate[] {
  const kustomizations = objects.filter(
    (object) => isFluxKustomization(object.ref) && getString(object.object, 'spec', 'path') !== undefined,
  )
  const built = kustomizations.map((object) =>
    getString(object.object, 'spec', 'path')!
      .replace(/^\.?\/+/, '')
      .replace(/\/+$/, ''),
  )
  const dirs = new Map<string, LocatedObject>()
  kustomizations.forEach((object, index) => {
    const inside = built.some(
      (path, other) =>
        other !== index && path !== '' && path !== '.' && `/${dirname(object.path)}/`.includes(`/${path}/`),
    )
    const dir = dirname(object.path)
    if (!inside && !dirs.has(dir)) dirs.set(dir, object)
  })
  return [...dirs].map(([entryDir, object]) => ({
    specPath: undefined,
    entryDir,
    declared: { path: object.path, range: object.range },
    foundBy: 'unreferenced-kustomization' as const,
    namespace: object.ref.namespace ?? 'flux-system',
  }))
}

type Resolved = Omit<Entry, 'name'>

function resolveAll(
  candidates: readonly Candidate[],
  input: DiscoveryInput,
  objects: readonly LocatedObject[],
): Resolved[] {
  const paths = objects.filter((object) => isFluxKustomization(object.ref))
  const out = new Map<string, Resolved>()
  for (const candidate of candidates) {
    const place = findArtifactRoot({
      specPath: candidate.specPath,
      entryDir: candidate.entryDir,
      near: candidate.declared.path,
      kustomizations: paths,
      isDirectory: input.isDirectory,
      exists: input.exists,
    })
    if (place === undefined || out.has(place.entryPath)) continue
    const sourceKind = getString(candidate.source, 'kind') ?? 'GitRepository'
    const sourceName = getString(candidate.source, 'metadata', 'name') ?? 'flux-system'
    const relative =
      place.entryPath === place.artifactRoot
        ? '.'
        : place.entryPath.slice(place.artifactRoot === '.' ? 0 : place.artifactRoot.length + 1)
    const object =
      candidate.object ??
      entryObject({ name: 'flux-system', namespace: candidate.namespace, specPath: `./${relative}`, sourceKind })
    out.set(place.entryPath, {
      ...place,
      declared: candidate.declared,
      foundBy: candidate.foundBy,
      object: object as KubeObject,
      source: (candidate.source ?? {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: sourceKind,
        metadata: { name: sourceName, namespace: candidate.namespace },
        spec: {},
      }) as KubeObject,
    })
  }
  return [...out.values()]
}

/** The Kustomization that `flux bootstrap` or flux-operator makes for an entry path. */
function entryObject(entry: { name: string; namespace: string; specPath: string; sourceKind: string }): JsonObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: entry.name, namespace: entry.namespace },
    spec: {
      interval: '10m0s',
      path: entry.specPath,
      prune: true,
      sourceRef: { kind: entry.sourceKind, name: entry.name },
    },
  }
}

/** Segments that say nothing about which cluster it is. */
const genericSegments: ReadonlySet<string> = new Set([
  'apps',
  'base',
  'bootstrap',
  'cluster',
  'clusters',
  'config',
  'deploy',
  'flux',
  'flux-system',
  'fluxcd',
  'gitops',
  'k8s',
  'kubernetes',
  'manifests',
])

/** Names clusters after the last telling segment of the entry path; `main` when there is none. Names are unique. */
function nameEntries(entries: readonly Resolved[]): Entry[] {
  const sorted = [...entries].sort((a, b) => compareStrings(a.entryPath, b.entryPath))
  const taken = new Set<string>()
  return sorted.map((entry) => {
    const segments = entry.entryPath.split('/').filter((part) => part !== '.')
    const telling = segments.filter((part) => !genericSegments.has(part))
    const base = telling[telling.length - 1] ?? 'main'
    let name = base
    for (let count = 2; taken.has(name); count++) {
      name = count <= telling.length ? telling.slice(-count).join('-') : `${base}-${count}`
    }
    taken.add(name)
    return { ...entry, name }
  })
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Set<string>()
  return items.filter((item) => !seen.has(key(item)) && seen.add(key(item)))
}

/** The reference by which an entry's own Kustomization is known. */
export function entryRef(entry: Entry): ObjectRef {
  return {
    apiVersion: entry.object.apiVersion,
    kind: entry.object.kind,
    name: entry.object.metadata.name,
    namespace: getString(entry.object, 'metadata', 'namespace') ?? 'flux-system',
  }
}
