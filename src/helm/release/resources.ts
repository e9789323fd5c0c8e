import { isObject, type JsonValue, type ObjectRef } from '../../base/index.ts'
import {
  type ApiResource,
  apiVersionOf,
  gvkOf,
  isKubernetesObject,
  type KubeClient,
  type KubeObject,
  type ObjectMeta,
  refOf,
  textsAt,
  withCommonMetadata,
} from '../../kube/index.ts'
import { parseYaml } from '../../yaml/index.ts'
import { messageOf, ReleaseError, wrapError } from './errors.ts'

/** An object of a manifest with what the server says of its kind. */
export interface Resource {
  readonly object: KubeObject
  readonly kind: ApiResource
  readonly ref: ObjectRef
}

const managedByLabel = 'app.kubernetes.io/managed-by'
const nameAnnotation = 'meta.helm.sh/release-name'
const namespaceAnnotation = 'meta.helm.sh/release-namespace'

/**
 * The objects of a manifest, lists taken apart, in the release's namespace where they name none.
 * Source: Helm 4.1 pkg/kube/client.go (`Build`), k8s.io/cli-runtime resource builder.
 * @throws ReleaseError `Manifest` for YAML that cannot be read and for kinds that the server does not know
 */
export async function buildResources(client: KubeClient, manifest: string, namespace: string): Promise<Resource[]> {
  const parsed = parseYaml(manifest)
  const problem = parsed.problems.find((each) => each.severity === 'error')
  if (problem !== undefined) throw new ReleaseError('Manifest', `error parsing : ${problem.message}`)
  const resources: Resource[] = []
  const unknown: unknown[] = []
  for (const object of parsed.value.flatMap(flatten)) {
    const kind = await client.resourceFor(gvkOf(object))
    if (kind === undefined) unknown.push(noMapping(object))
    else resources.push(inNamespace(object, kind, namespace))
  }
  if (unknown.length > 0) throw joined(unknown)
  return resources
}

function joined(errors: readonly unknown[]): ReleaseError {
  const text = errors.map(messageOf)
  return new ReleaseError('Manifest', text.length === 1 ? text[0]! : `[${text.join(', ')}]`, { cause: errors[0] })
}

function flatten(value: JsonValue): KubeObject[] {
  if (value === null) return []
  if (isObject(value) && typeof value['kind'] === 'string' && value['kind'].endsWith('List')) {
    const items = value['items']
    if (Array.isArray(items)) return items.flatMap(flatten)
  }
  if (isKubernetesObject(value)) return [value]
  const missing = !isObject(value) || typeof value['kind'] !== 'string' ? 'Kind' : undefined
  const shown = JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? each.toString() : each))
  throw new ReleaseError(
    'Manifest',
    missing === undefined
      ? `unable to decode "": the object has no apiVersion or no name: ${shown}`
      : `unable to decode "": Object '${missing}' is missing in '${shown}'`,
  )
}

function noMapping(object: KubeObject): ReleaseError {
  const { name, namespace } = refOf(object)
  return new ReleaseError(
    'Manifest',
    `resource mapping not found for name: "${name}" namespace: "${namespace ?? ''}" from "": no matches for kind "${object.kind}" in version "${object.apiVersion}"\nensure CRDs are installed first`,
    { object: refOf(object) },
  )
}

function inNamespace(object: KubeObject, kind: ApiResource, namespace: string): Resource {
  const own = object.metadata['namespace']
  if (!kind.namespaced || (typeof own === 'string' && own !== '')) return { object, kind, ref: refOf(object) }
  const metadata: ObjectMeta = { ...object.metadata, namespace }
  const placed: KubeObject = { ...object, metadata }
  return { object: placed, kind, ref: refOf(placed) }
}

/** Marks objects as the release's own. Source: Helm 4.1 pkg/action/validate.go (`setMetadataVisitor`). */
export function withOwner(resources: readonly Resource[], name: string, namespace: string): Resource[] {
  return resources.map((resource) => ({
    ...resource,
    object: withCommonMetadata(
      resource.object,
      { [managedByLabel]: 'Helm' },
      { [nameAnnotation]: name, [namespaceAnnotation]: namespace },
    ),
  }))
}

/**
 * The objects that are there already and may be taken over: they carry the release's marks, or `takeOwnership` asks for
 * no marks. Source: Helm 4.1 pkg/action/validate.go (`existingResourceConflict`, `requireAdoption`).
 * @throws ReleaseError `Conflict` where an object is someone else's
 */
export async function adoptable(
  client: KubeClient,
  resources: readonly Resource[],
  owner: { readonly name: string; readonly namespace: string; readonly takeOwnership: boolean },
): Promise<Resource[]> {
  const found: Resource[] = []
  for (const resource of resources) {
    const { ref } = resource
    let live: KubeObject | undefined
    try {
      live = await client.get(ref)
    } catch (error) {
      throw wrapError(`could not get information about the resource ${describe(ref)}`, error)
    }
    if (live === undefined) continue
    const faults = owner.takeOwnership ? [] : ownershipFaults(live, owner)
    if (faults.length > 0)
      throw new ReleaseError(
        'Conflict',
        `${describe(ref)} exists and cannot be imported into the current release: invalid ownership metadata; ${faults.join('; ')}`,
        { object: ref },
      )
    found.push(resource)
  }
  return found
}

function describe(ref: ObjectRef): string {
  return `${ref.kind} "${ref.name}" in namespace "${ref.namespace ?? ''}"`
}

function ownershipFaults(live: KubeObject, owner: { readonly name: string; readonly namespace: string }): string[] {
  const labels = textsAt(live, 'labels')
  const annotations = textsAt(live, 'annotations')
  const fault = (what: string, actual: string | undefined, key: string, wanted: string): string[] => {
    if (actual === wanted) return []
    return actual === undefined
      ? [`${what} validation error: missing key "${key}": must be set to "${wanted}"`]
      : [`${what} validation error: key "${key}" must equal "${wanted}": current value is "${actual}"`]
  }
  return [
    ...fault('label', labels[managedByLabel], managedByLabel, 'Helm'),
    ...fault('annotation', annotations[nameAnnotation], nameAnnotation, owner.name),
    ...fault('annotation', annotations[namespaceAnnotation], namespaceAnnotation, owner.namespace),
  ]
}

/** True when two resources are one object, whatever the version of its kind (Helm's `isMatchingInfo`). */
export function isSameObject(a: Resource, b: Resource): boolean {
  return (
    a.ref.name === b.ref.name &&
    a.ref.namespace === b.ref.namespace &&
    a.kind.group === b.kind.group &&
    a.kind.kind === b.kind.kind
  )
}

/** As Go prints a GroupVersionKind: `apps/v1, Kind=Deployment`. */
export function gvkText(resource: Resource): string {
  const { group, version } = gvkOf(resource.object)
  return `${group === '' ? '/' : ''}${apiVersionOf({ group, version })}, Kind=${resource.ref.kind}`
}
