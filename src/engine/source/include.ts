import { getString, isObject, isWithin, type JsonObject, joinPath } from '../../base/index.ts'
import { artifactStatusOf } from '../runtime/artifact-store.ts'
import type { EngineContext } from '../runtime/context.ts'
import type { ManagedObject } from '../runtime/managed-object.ts'
import type { TreeFile } from '../runtime/tree-hash.ts'

/** What `spec.include` brings in from another GitRepository. */
export interface IncludedArtifact {
  readonly files: readonly TreeFile[]
  /** Clean, relative; `.` for all. */
  readonly fromPath: string
  readonly toPath: string
  /** The other's `status.artifact`. */
  readonly status: JsonObject
}

/** An included repository that is missing or has no artifact yet; `name` is what callers go by. */
class IncludeUnavailable extends Error {
  override readonly name = 'IncludeUnavailable'
  readonly reason: string

  constructor(reason: string, message: string) {
    super(message)
    this.reason = reason
  }
}

/** Finds the artifacts of `spec.include`; throws `IncludeUnavailable` when one is not there. */
export async function fetchIncludes(context: EngineContext, object: ManagedObject): Promise<IncludedArtifact[]> {
  const list = object.spec['include']
  if (!Array.isArray(list)) return []
  const found: IncludedArtifact[] = []
  for (const include of list.filter(isObject)) {
    const name = getString(include, 'repository', 'name') ?? ''
    const ref = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name, namespace: object.namespace }
    const other = await context.client.get(ref)
    if (other === undefined) {
      const why = `GitRepository.source.toolkit.fluxcd.io "${name}" not found`
      throw new IncludeUnavailable('NotFound', `could not get resource for include '${name}': ${why}`)
    }
    const artifact = context.artifacts.of(`GitRepository/${object.namespace}/${name}`)
    const status = isObject(other['status']) ? other['status']['artifact'] : undefined
    if (artifact === undefined || artifactStatusOf(other) === undefined || !isObject(status)) {
      throw new IncludeUnavailable('NoArtifact', `no artifact available for include '${name}'`)
    }
    const fromPath = getString(include, 'fromPath') ?? ''
    const toPath = getString(include, 'toPath') ?? ''
    found.push({
      files: artifact.files,
      fromPath: inside(fromPath),
      toPath: inside(toPath === '' ? name : toPath),
      status,
    })
  }
  return found
}

/** The files with those of the includes put in their places. */
export function mergeIncludes(files: readonly TreeFile[], includes: readonly IncludedArtifact[]): TreeFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  for (const { files: included, fromPath, toPath } of includes) {
    for (const file of included) {
      const absolute = `/${file.path}`
      const from = fromPath === '' ? '/' : `/${fromPath}`
      if (!isWithin(from, absolute)) continue
      const rest = from === '/' ? file.path : absolute.slice(from.length + 1)
      const path = toPath === '' ? rest : `${toPath}/${rest}`
      byPath.set(path, { path, content: file.content })
    }
  }
  return [...byPath.values()]
}

/** A path below the root, without leading slash; `../` cannot leave it. */
function inside(path: string): string {
  return joinPath('/', path).slice(1)
}
