import { isObject } from '../../base/index.ts'
import {
  createFieldManager,
  createTypeConverter,
  excludeFilter,
  type FieldFilter,
  FieldSet,
  fieldElement,
  includeFilter,
  type KubeStatus,
  parseApiVersion,
} from '../../kube/index.ts'
import type { SchemaRegistry } from '../../schema/index.ts'
import { ApiError } from '../http/errors.ts'
import type { FieldManaging } from '../operations/field-managing.ts'
import { draftOf } from '../operations/pipeline.ts'
import type { ResourceRegistry } from '../resources/registry.ts'
import { type StatusKeeps, statusKeeps } from '../resources/status-metadata.ts'
import type { ResourceType } from '../resources/types.ts'
import { versionOf } from '../resources/types.ts'
import { Converter } from './convert.ts'

/** The field manager over kube's server-side-apply merge, in the versions that the server serves. */
export function createFieldManaging(schemas: SchemaRegistry, registry: ResourceRegistry): FieldManaging {
  const converter = new Converter()
  const filters = new ResetFilters(registry)
  const manager = createFieldManager(createTypeConverter(schemas), {
    convert: (object, apiVersion) => {
      const { group, version } = parseApiVersion(apiVersion)
      const served = registry.ofKind(group, version, object.kind)
      return served === undefined ? undefined : converter.convert(object, served)
    },
  })
  return {
    convert: (object, to) => converter.convert(object, to),
    update: ({ type, live, next, manager: name, subresource, now }) =>
      manager.update(live, next, { manager: name, now, subresource, filters: filters.of(type, subresource) }),
    apply: ({ type, live, applied, manager: name, force, subresource, now }) => {
      const options = { manager: name, now, subresource, force, filters: filters.of(type, subresource) }
      const outcome = manager.apply(live, applied, options)
      if (!outcome.ok) throw errorOf(outcome.error)
      // The merge shares what did not change with the live object; the write changes its draft in place.
      return draftOf(outcome.value.object)
    },
  }
}

function errorOf(status: KubeStatus): ApiError {
  const details = status['details']
  return new ApiError(status.code, status.reason, status.message, isObject(details) ? details : undefined)
}

/** Kinds whose spec is the server's once it is there. */
const RESET_SPECS: ReadonlySet<string> = new Set(['certificatesigningrequests.certificates.k8s.io'])

/** What of metadata nobody owns through the status. */
const STATUS_RESETS: Readonly<Record<StatusKeeps | 'nothing', readonly string[][]>> = {
  nothing: [],
  labels: [path('metadata', 'labels')],
  owners: [path('metadata', 'deletionTimestamp'), path('metadata', 'ownerReferences')],
  all: [path('metadata')],
}

/** What a request may not own: the status through the object, all but the status through the status (`GetResetFields`). */
class ResetFilters {
  readonly #registry: ResourceRegistry
  readonly #made = new Map<string, ReadonlyMap<string, FieldFilter>>()
  #revision = -1

  constructor(registry: ResourceRegistry) {
    this.#registry = registry
  }

  of(type: ResourceType, subresource: string): ReadonlyMap<string, FieldFilter> {
    if (this.#revision !== this.#registry.revision) {
      this.#revision = this.#registry.revision
      this.#made.clear()
    }
    const key = `${type.collection}/${subresource}`
    let made = this.#made.get(key)
    if (made === undefined) {
      made = this.#make(type, subresource)
      this.#made.set(key, made)
    }
    return made
  }

  #make(type: ResourceType, subresource: string): ReadonlyMap<string, FieldFilter> {
    const out = new Map<string, FieldFilter>()
    if (!type.subresources.includes('status')) return out
    let filter: FieldFilter
    if (subresource === 'approval') {
      filter = excludeFilter(FieldSet.of(path('spec'), path('status', 'certificate')))
    } else if (subresource !== 'status') {
      const more = RESET_SPECS.has(type.collection) ? [path('spec')] : []
      filter = excludeFilter(FieldSet.of(path('status'), ...more))
    } else if (type.custom !== undefined) filter = includeFilter([path('status'), path('metadata')])
    else filter = excludeFilter(FieldSet.of(path('spec'), ...STATUS_RESETS[statusKeeps(type.collection) ?? 'nothing']))
    for (const version of this.#registry.all()) {
      if (version.collection === type.collection) out.set(versionOf(version), filter)
    }
    return out
  }
}

function path(...names: string[]): string[] {
  return names.map(fieldElement)
}
