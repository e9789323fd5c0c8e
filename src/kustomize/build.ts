import { CancelledError, type FileSystem, type Problem } from '../base/index.ts'
import { originAnnotation, transformationsAnnotation } from './annotations.ts'
import { isFailure, KustomizeError, PendingError, problemOf } from './errors.ts'
import { FieldSpecIndex, makeFieldSpec } from './field-spec.ts'
import { FileReader } from './file-reader.ts'
import { type FoundHash, knownNodeHashes, type NodeHashes, nodeHashesInto, noNodeHashes, PlacesNeeded } from './hash.ts'
import { Loader } from './loader.ts'
import { SchemaFacts } from './openapi.ts'
import { renderFiles, renderObjects, renderText } from './rendered.ts'
import type { ResMap } from './resmap.ts'
import { buildTarget } from './target.ts'
import { setMapEntries } from './transformer.ts'
import { sortOrderTransformer } from './transformers/sort-order.ts'
import type { KustomizeBuild, KustomizeOptions } from './types.ts'

/** The version that `managedByLabel` names. */
const version = 'v5.8.1'

const sortedTwice =
  "Warning: Sorting order is set both in 'kustomization.yaml' ('sortOptions') and in a CLI flag ('--reorder'). Using the kustomization file over the CLI flag."

/**
 * Builds a directory as `kustomize build` 5.8 does.
 *
 * Inputs: the absolute directory (or a reference to one in a repository), a file system, options. The answer has the objects in order of output, their text,
 * problems (an error in what the user wrote leaves no objects), notices and the paths that it depends on. Never throws, but for
 * a cancellation. Follows api/krusty/kustomizer.go, v5.8.1.
 */
export function build(root: string, fs: FileSystem, options: KustomizeOptions = {}): KustomizeBuild {
  const reader = new FileReader(fs, options)
  const run = (hashes: NodeHashes, goPlaces = false): ReturnType<typeof buildTarget> => {
    const context = { schema: new SchemaFacts(goPlaces), options, pulled: new Map(), hashes }
    return buildTarget(context, Loader.open(reader, options, root))
  }
  try {
    const { map, file } = withNodeHashes(run)
    const metadata = file.content.buildMetadata ?? []
    sort(map, file.content.sortOptions, { options, reader })
    if (options.managedByLabel === true || metadata.includes('managedByLabel')) addManagedBy(map, file.path)
    const unwanted: string[] = []
    if (!metadata.includes('originAnnotations')) unwanted.push(originAnnotation)
    if (!metadata.includes('transformerAnnotations')) unwanted.push(transformationsAnnotation)
    for (const resource of map.resources) resource.removeBuildAnnotations(unwanted)
    const objects = renderObjects(map.resources)
    return {
      objects,
      text: () => renderText(objects),
      files: () => renderFiles(map.resources),
      problems: [],
      ...readBy(reader),
    }
  } catch (error) {
    if (error instanceof CancelledError) throw error
    const problem = failureOf(error)
    return { objects: [], text: () => '', files: () => [], problems: [problem], ...readBy(reader) }
  }
}

/** Runs a build; again on nodes with places, and then with what that found, when hashes of nodes are wanted. */
function withNodeHashes<T>(run: (hashes: NodeHashes, goPlaces?: boolean) => T): T {
  try {
    return run(noNodeHashes)
  } catch (error) {
    if (!(error instanceof PlacesNeeded)) throw error
  }
  const found: FoundHash[] = []
  try {
    run(nodeHashesInto(found), true)
  } catch (error) {
    // The last run fails in the same way, and knows where.
    if (!isFailure(error)) throw error
  }
  return run(knownNodeHashes(found))
}

function readBy({ inputs, notices }: FileReader): Pick<KustomizeBuild, 'inputs' | 'notices'> {
  return { inputs: [...inputs], notices }
}

function failureOf(error: unknown): Problem {
  if (error instanceof PendingError) {
    const { message, location } = error
    const problem: Problem = { code: 'kustomize/remote-pending', severity: 'error', message }
    return location === undefined ? problem : { ...problem, location }
  }
  if (isFailure(error)) return problemOf(error)
  // Too deep nesting is the user's doing, not ours.
  if (error instanceof RangeError)
    return problemOf(new KustomizeError('exceeded max depth', { code: 'kustomize/depth' }))
  throw error
}

function sort(
  map: ResMap,
  wanted: Parameters<typeof sortOrderTransformer>[0] | undefined,
  { options, reader }: { options: KustomizeOptions; reader: FileReader },
): void {
  if (wanted === undefined) {
    if (options.reorder !== 'none') sortOrderTransformer({ order: 'legacy' }).transform(map)
    return
  }
  if (options.reorder !== undefined) reader.notices.push({ message: sortedTwice, logged: true })
  sortOrderTransformer(wanted).transform(map)
}

function addManagedBy(map: ResMap, path: string): void {
  const specs = new FieldSpecIndex([makeFieldSpec({ path: 'metadata/labels', create: true })])
  const step = { step: 'managedByLabel', path }
  for (const resource of map.resources) {
    setMapEntries(resource, [['app.kubernetes.io/managed-by', `kustomize-${version}`]], specs, step)
  }
}
