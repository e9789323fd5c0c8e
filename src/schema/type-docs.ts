import { isObject, type JsonObject } from '../base/index.ts'
import { accessDocs } from './data/docs/access.ts'
import { admissionDocs } from './data/docs/admission.ts'
import { clusterDocs } from './data/docs/cluster.ts'
import { commonDocs } from './data/docs/common.ts'
import { metaDocs } from './data/docs/meta.ts'
import { networkDocs } from './data/docs/network.ts'
import { podDocs } from './data/docs/pods.ts'
import { storageDocs } from './data/docs/storage.ts'
import { volumeDocs } from './data/docs/volumes.ts'
import { workloadDocs } from './data/docs/workloads.ts'

/** What a type is for, and its fields by name. */
export interface TypeDocs {
  readonly text?: string
  readonly fields: ReadonlyMap<string, string>
}

/** Fields that every kind has. */
const kindFields: ReadonlyMap<string, string> = new Map([
  ['apiVersion', 'Group and version of the API that the object is written in.'],
  ['kind', 'The kind of the object.'],
  ['metadata', 'Name, namespace, labels, annotations and other facts about the object itself.'],
  ['spec', 'The state that is wanted.'],
  ['status', 'The state that was last seen. Written by the system, not by users.'],
])

const none: TypeDocs = { fields: new Map() }
let known: ReadonlyMap<string, TypeDocs> | undefined

/**
 * What Fluxkit has to say about a built-in type, in its own words; the texts are read when first asked for.
 * @param typeName as in the type data: `io.k8s.api.apps.v1.DeploymentSpec`; the last three parts count
 */
export function typeDocs(typeName: string): TypeDocs {
  known ??= readDocs(
    [
      commonDocs,
      metaDocs,
      workloadDocs,
      podDocs,
      volumeDocs,
      storageDocs,
      networkDocs,
      clusterDocs,
      accessDocs,
      admissionDocs,
    ].join('\n'),
  )
  return known.get(typeName.split('.').slice(-3).join('.')) ?? none
}

/** The text of a field of a built-in type; `type` is the type as stored (`definitions`). */
export function typeFieldDoc(typeName: string, type: JsonObject, field: string): string | undefined {
  const own = typeDocs(typeName).fields.get(field)
  if (own !== undefined) return own
  const { properties } = type
  const isKind = isObject(properties) && Object.hasOwn(properties, 'apiVersion') && Object.hasOwn(properties, 'kind')
  return isKind ? kindFields.get(field) : undefined
}

/** What a field that every kind has is for: `apiVersion`, `kind`, `metadata`, `spec` or `status`. */
export function kindFieldDoc(field: 'apiVersion' | 'kind' | 'metadata' | 'spec' | 'status'): string {
  return kindFields.get(field)!
}

/**
 * The text of a field of a built-in kind; list indexes in the path count for nothing.
 * @param definitions the types with `{ $ref }` between them
 */
export function pathDoc(
  definitions: ReadonlyMap<string, JsonObject>,
  typeName: string,
  path: readonly (string | number)[],
): string | undefined {
  let name: string | undefined = typeName
  let text: string | undefined
  for (const step of path) {
    if (typeof step === 'number') continue
    const type: JsonObject | undefined = name === undefined ? undefined : definitions.get(name)
    const property: unknown = isObject(type?.['properties']) ? type['properties'][step] : undefined
    // A key of a free map: what the map holds may be a type, the key itself has no text.
    text = type === undefined || name === undefined ? undefined : typeFieldDoc(name, type, step)
    name = referenceIn(property)
  }
  return text
}

/** The type that a property holds, itself or as items or values. */
function referenceIn(property: unknown): string | undefined {
  if (!isObject(property)) return undefined
  const { $ref: reference, items, additionalProperties } = property
  return typeof reference === 'string' ? reference : (referenceIn(items) ?? referenceIn(additionalProperties))
}

/**
 * Reads the texts: a line `group.version.Type: text` (several types with commas, the text may be missing) begins a type,
 * indented lines `field: text` are its fields (several with commas). A type may go on elsewhere.
 */
function readDocs(source: string): ReadonlyMap<string, TypeDocs> {
  const types = new Map<string, { text?: string; fields: Map<string, string> }>()
  let current: { text?: string; fields: Map<string, string> }[] = []
  for (const line of source.split('\n')) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const names = line.slice(0, colon).trim().split(', ')
    const text = line.slice(colon + 1).trim()
    if (line.startsWith(' ')) {
      for (const { fields } of current) for (const name of names) fields.set(name, text)
      continue
    }
    current = names.map((name) => {
      const type = types.get(name) ?? { fields: new Map<string, string>() }
      if (text !== '') type.text = text
      types.set(name, type)
      return type
    })
  }
  return types
}
