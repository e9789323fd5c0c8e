import type { SchemaRegistry, StructuralSchema } from '../../schema/index.ts'
import {
  deducedTypeName,
  deducedTypes,
  type TypeDefinition,
  TypedSchema,
  type TypeRef,
  type TypeRefDefinition,
} from '../smd/schema.ts'
import { atomFromStructural } from '../smd/structural-schema.ts'
import { gvkOf } from '../types.ts'

/** The type under which objects of one kind and version are merged. */
export interface KindType {
  readonly schema: TypedSchema
  readonly ref: TypeRef
}

/** Finds the types of kinds; `undefined` for a kind or version that is not served. */
export interface TypeConverter {
  typeOf(kind: { readonly apiVersion: string; readonly kind: string }): KindType | undefined
}

/**
 * Types of the kinds in a registry: built-in ones with Go's struct semantics, custom ones from their structural schema.
 * A kind that the registry does not know is deduced (granular maps, atomic lists) unless `strict`.
 */
export function createTypeConverter(
  registry: SchemaRegistry,
  options: { readonly strict?: boolean } = {},
): TypeConverter {
  const builtin = new TypedSchema((name) => builtinType(registry, name), { structs: true })
  // A definition that is replaced brings a new schema object, and so a new type.
  const custom = new WeakMap<StructuralSchema, KindType>()
  const deduced = deducedType()

  return {
    typeOf: (kind) => {
      const gvk = gvkOf(kind)
      const typeName = registry.typeName(gvk)
      if (typeName !== undefined) return { schema: builtin, ref: builtin.type(typeName) }
      const schema = registry.forKind(gvk)
      if (schema === undefined) return options.strict === true ? undefined : deduced
      let type = custom.get(schema)
      if (type === undefined) {
        type = customType(schema, registry)
        custom.set(schema, type)
      }
      return type
    },
  }
}

function builtinType(registry: SchemaRegistry, name: string): TypeDefinition | undefined {
  const known = deducedTypes.find((type) => type.name === name)
  if (known !== undefined) return known
  const schema = registry.definitions().get(name)
  if (schema === undefined) return undefined
  const atom = atomFromStructural(schema as unknown as StructuralSchema)
  const nulls = nullFields[name.slice(name.lastIndexOf('.') + 1)]?.split(' ') ?? []
  const fields = (atom.map?.fields ?? []).map((field) => {
    if (nulls.includes(field.name)) return { ...field, always: null }
    if (structFields.has(`${name.slice(name.lastIndexOf('.') + 1)}.${field.name}`)) return { ...field, always: {} }
    const type = overrides[`${name}.${field.name}`]
    return type === undefined ? field : { ...field, type }
  })
  return { name, ...atom, map: { ...atom.map, fields } }
}

/**
 * Fields whose type the schema does not tell: those that refer to one but relate its parts otherwise
 * (`+structType=granular` at the field), and objects of any kind (`runtime.RawExtension`), which are one value.
 */
const overrides: Readonly<Record<string, TypeRefDefinition>> = {
  'io.k8s.api.apps.v1.ControllerRevision.data': { namedType: '__untyped_atomic_' },
  'io.k8s.api.resource.v1.AllocatedDeviceStatus.data': { namedType: '__untyped_atomic_' },
  'io.k8s.api.resource.v1.OpaqueDeviceConfiguration.parameters': { namedType: '__untyped_atomic_' },
  'io.k8s.api.core.v1.PersistentVolumeSpec.claimRef': {
    namedType: 'io.k8s.api.core.v1.ObjectReference',
    elementRelationship: 'separable',
  },
}

/** Structs that Go writes always, which the schema does not tell: the kinds of apiextensions.k8s.io have no defaults in it. */
const structFields: ReadonlySet<string> = new Set([
  'CustomResourceDefinition.spec',
  'CustomResourceDefinition.status',
  'CustomResourceDefinitionSpec.names',
  'CustomResourceDefinitionStatus.acceptedNames',
])

/**
 * What Go writes as null when it is unset, by struct: lists, maps and pointers without `omitempty` in their JSON tag, and
 * times that are no pointers (k8s.io/api 0.36 types.go).
 */
export const nullFields: Readonly<Record<string, string>> = {
  AzureFilePersistentVolumeSource: 'secretNamespace',
  CSINodeDriver: 'topologyKeys',
  CSINodeSpec: 'drivers',
  CephFSPersistentVolumeSource: 'monitors',
  CephFSVolumeSource: 'monitors',
  CertificateSigningRequestCondition: 'lastUpdateTime lastTransitionTime',
  CertificateSigningRequestSpec: 'request',
  ClusterRole: 'rules',
  Condition: 'lastTransitionTime',
  ContainerImage: 'names',
  ContainerStateRunning: 'startedAt',
  ContainerStateTerminated: 'startedAt finishedAt',
  DaemonSetCondition: 'lastTransitionTime',
  DaemonSetSpec: 'selector',
  DeploymentCondition: 'lastUpdateTime lastTransitionTime',
  DeploymentSpec: 'selector',
  DeviceClaim: 'requests',
  Endpoint: 'addresses',
  EndpointSlice: 'endpoints ports',
  Event: 'eventTime firstTimestamp lastTimestamp deprecatedFirstTimestamp deprecatedLastTimestamp',
  EventSeries: 'lastObservedTime',
  FlowSchemaCondition: 'lastTransitionTime',
  GRPCAction: 'service',
  HTTPIngressPath: 'pathType',
  HTTPIngressRuleValue: 'paths',
  HorizontalPodAutoscalerCondition: 'lastTransitionTime',
  HorizontalPodAutoscalerStatus: 'currentMetrics',
  JobCondition: 'lastProbeTime lastTransitionTime',
  LimitRangeSpec: 'limits',
  LimitedPriorityLevelConfiguration: 'nominalConcurrencyShares',
  MutatingWebhook: 'sideEffects admissionReviewVersions',
  NamespaceCondition: 'lastTransitionTime',
  NodeCondition: 'lastHeartbeatTime lastTransitionTime',
  NodeSelector: 'nodeSelectorTerms',
  NonResourcePolicyRule: 'verbs nonResourceURLs',
  PersistentVolumeClaimCondition: 'lastProbeTime lastTransitionTime',
  PodCondition: 'lastProbeTime lastTransitionTime',
  PodExtendedResourceClaimStatus: 'requestMappings',
  PodFailurePolicy: 'rules',
  PodFailurePolicyOnExitCodesRequirement: 'values',
  PodSpec: 'containers',
  PolicyRule: 'verbs',
  PolicyRulesWithSubjects: 'subjects',
  PriorityLevelConfigurationCondition: 'lastTransitionTime',
  ProjectedVolumeSource: 'sources',
  RBDPersistentVolumeSource: 'monitors',
  RBDVolumeSource: 'monitors',
  ReplicaSetCondition: 'lastTransitionTime',
  ReplicaSetSpec: 'selector',
  ReplicationControllerCondition: 'lastTransitionTime',
  ResourcePolicyRule: 'verbs apiGroups resources namespaces',
  Role: 'rules',
  ScaleIOPersistentVolumeSource: 'secretRef',
  ScaleIOVolumeSource: 'secretRef',
  StatefulSetCondition: 'lastTransitionTime',
  StatefulSetSpec: 'selector',
  SuccessPolicy: 'rules',
  TopologySelectorLabelRequirement: 'values',
  TypedLocalObjectReference: 'apiGroup',
  TypedObjectReference: 'apiGroup',
  ValidatingWebhook: 'sideEffects admissionReviewVersions',
  VolumeError: 'time',
}

/** The type of a custom resource with this schema; `registry` holds the type of its metadata. */
function customType(schema: StructuralSchema, registry: SchemaRegistry): KindType {
  const typed = new TypedSchema((name) => {
    if (name === '') return { name, ...atomFromStructural(schema, { resource: true }) }
    const known = deducedTypes.find((type) => type.name === name)
    if (known !== undefined) return known
    const definition = registry.definitions().get(name)
    return definition && { name, ...atomFromStructural(definition as unknown as StructuralSchema) }
  })
  return { schema: typed, ref: typed.type('') }
}

/** The type for objects without a schema. */
export function deducedType(): KindType {
  const schema = new TypedSchema({ types: deducedTypes })
  return { schema, ref: schema.type(deducedTypeName) }
}
