import {
  authorizerType,
  boolType,
  type CelType,
  dynType,
  intType,
  listType,
  mapType,
  objectType,
  resourceCheckType,
  stringType,
  type TypeProvider,
  timestampType,
} from '../../../cel/index.ts'

type Fields = Readonly<Record<string, CelType>>

const texts = (...names: string[]): Fields => Object.fromEntries(names.map((name) => [name, stringType]))
const strings = listType(stringType)
const labels = mapType(stringType, stringType)
const kind = objectType('kubernetes.GroupVersionKind')
const resource = objectType('kubernetes.GroupVersionResource')

/** Name of the type that has a policy's own variables as its fields. */
const VARIABLES = 'kubernetes.variables'

/** The types of what a policy reads of the request (apiserver pkg/admission/plugin/cel `BuildRequestType`). */
const TYPES: Readonly<Record<string, Fields>> = {
  'kubernetes.GroupVersionKind': texts('group', 'version', 'kind'),
  'kubernetes.GroupVersionResource': texts('group', 'version', 'resource'),
  'kubernetes.UserInfo': { ...texts('username', 'uid'), groups: strings, extra: mapType(stringType, strings) },
  'kubernetes.AdmissionRequest': {
    ...texts('subResource', 'requestSubResource', 'name', 'namespace', 'operation'),
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    userInfo: objectType('kubernetes.UserInfo'),
    dryRun: boolType,
    options: dynType,
  },
  'kubernetes.NamespaceMetadata': {
    ...texts('name', 'generateName', 'namespace', 'UID', 'resourceVersion'),
    labels,
    annotations: labels,
    creationTimestamp: timestampType,
    deletionGracePeriodSeconds: intType,
    deletionTimestamp: timestampType,
    generation: intType,
    finalizers: strings,
  },
  'kubernetes.NamespaceSpec': { finalizers: strings },
  'kubernetes.NamespaceStatus': texts('phase'),
  'kubernetes.Namespace': {
    metadata: objectType('kubernetes.NamespaceMetadata'),
    spec: objectType('kubernetes.NamespaceSpec'),
    status: objectType('kubernetes.NamespaceStatus'),
  },
}

/** Which variables there are besides those of every expression. */
export interface OptionalVariables {
  readonly params: boolean
  readonly variables: boolean
  readonly authorizer: boolean
}

/** Variables of a policy's expressions, with their types; objects and params may be anything. */
export function policyVariables(has: OptionalVariables): Map<string, CelType> {
  const types = new Map<string, CelType>([
    ['object', dynType],
    ['oldObject', dynType],
    ['request', objectType('kubernetes.AdmissionRequest')],
    ['namespaceObject', objectType('kubernetes.Namespace')],
  ])
  if (has.params) types.set('params', dynType)
  if (has.authorizer) {
    types.set('authorizer', authorizerType)
    types.set('authorizer.requestResource', resourceCheckType)
  }
  if (has.variables) types.set('variables', objectType(VARIABLES))
  return types
}

/** Resolves their fields; `variables` are those that the policy has declared so far. */
export function policyTypes(variables: ReadonlyMap<string, CelType>): TypeProvider {
  return {
    has: (type) => type === VARIABLES || Object.hasOwn(TYPES, type),
    field: (type, field) => {
      if (type === VARIABLES) return variables.get(field)
      const fields = TYPES[type]
      return fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined
    },
  }
}
