/**
 * Writes the schema data that ships with Fluxkit, from the facts in ../shared:
 *
 *   node src/schema/data/generate.mjs
 *
 * - builtin.json: every type of the built-in Kubernetes kinds as an OpenAPI v3 schema with `$ref`s between types
 *   (conformance/schemas: scalar types from the protobuf tables, list relationships, keys and defaults from the
 *   structured-merge-diff schema, strategic-merge keys from the patch strategies), with the closed sets of values from
 *   builtin-enums.json (the `+enum` types of k8s.io/api 0.36 that occur in specs, written down by type and field).
 * - flux.json: the CustomResourceDefinitions of Flux 2.0–2.9 and of Flagger (crds), equal schemas stored once.
 *
 * Schemas are stored as JSON *texts* inside JSON, so that loading the data costs nothing until a kind is asked for.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const shared = resolve(here, '../../../../shared')
const read = (path) => JSON.parse(readFileSync(join(shared, path), 'utf8'))
const sortKeys = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)))

const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1'
const crd = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1'

/** Protobuf members that are inlined in JSON, by message and field name (see the corpus' README). */
const inlined = new Set(
  'localObjectReference handler volumeSource persistentVolumeSource ephemeralContainerCommon ruleWithOperations rule ingressRuleValue deviceConfiguration'.split(
    ' ',
  ),
)
/** `rule` is also the name of an ordinary field of CEL rules. */
const isInlined = (field) => inlined.has(field[0]) && field[2].startsWith('k8s.io.')

const protoScalars = {
  string: { type: 'string' },
  bytes: { type: 'string', format: 'byte' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  [`${meta}.Time`]: { type: 'string', format: 'date-time' },
  [`${meta}.MicroTime`]: { type: 'string', format: 'date-time' },
  [`${meta}.Duration`]: { type: 'string' },
  [`${meta}.FieldsV1`]: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  [`${crd}.JSON`]: { 'x-kubernetes-preserve-unknown-fields': true },
  'k8s.io.apimachinery.pkg.runtime.RawExtension': { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': { 'x-kubernetes-int-or-string': true, format: 'int-or-string' },
  'k8s.io.apimachinery.pkg.api.resource.Quantity': {
    format: 'quantity',
    oneOf: [{ type: 'string' }, { type: 'number' }],
  },
}
const stringList = { type: 'array', items: { type: 'string' } }
for (const group of ['authentication', 'authorization', 'certificates']) {
  protoScalars[`k8s.io.api.${group}.v1.ExtraValue`] = stringList
}
protoScalars[`${meta}.Verbs`] = stringList
// A schema, or a boolean, a list of schemas, or a list of names: the object form is what can be checked further.
for (const union of ['JSONSchemaPropsOrArray', 'JSONSchemaPropsOrBool', 'JSONSchemaPropsOrStringArray']) {
  protoScalars[`${crd}.${union}`] = { 'x-kubernetes-preserve-unknown-fields': true }
}

/** Zero defaults in the merge schema that do not mean "required": the Go field is marked optional. */
const optionalInSpite = new Set(
  `PriorityClass.value PodDisruptionBudgetStatus.disruptionsAllowed PodDisruptionBudgetStatus.currentHealthy
PodDisruptionBudgetStatus.desiredHealthy PodDisruptionBudgetStatus.expectedPods RoleRef.apiGroup
FlowSchemaSpec.matchingPrecedence QueuingConfiguration.queues QueuingConfiguration.handSize
QueuingConfiguration.queueLengthLimit StatefulSetOrdinals.start StatefulSetSpec.serviceName
StatefulSetStatus.availableReplicas PodFailurePolicyOnPodConditionsPattern.status AzureDiskVolumeSource.readOnly
FileKeySelector.optional GRPCAction.service ReplicationControllerSpec.minReadySeconds NodeRuntimeHandler.name
LocalObjectReference.name ConfigMapEnvSource.name ConfigMapKeySelector.name ConfigMapProjection.name
ConfigMapVolumeSource.name SecretEnvSource.name SecretKeySelector.name SecretProjection.name
Event.reportingComponent Event.reportingInstance`.split(/\s+/),
)

/** Required fields without a zero default (lists, objects, and types the merge schema does not hold). */
const requiredToo = new Set(
  `CertificateSigningRequest.spec CertificateSigningRequestSpec.request HTTPIngressRuleValue.paths
HTTPIngressPath.pathType HTTPIngressPath.backend Endpoint.addresses ResourceSlice.spec ResourceSliceSpec.pool
DeviceCapacity.value Counter.value ResourceClaim.spec OpaqueDeviceConfiguration.parameters DeviceClass.spec
ResourceClaimTemplate.spec ResourceClaimTemplateSpec.spec VolumeAttachment.spec VolumeAttachmentSpec.source
CSIDriver.spec CSINode.spec CSINodeSpec.drivers PolicyRule.verbs RoleBinding.roleRef ClusterRoleBinding.roleRef
HorizontalPodAutoscalerSpec.scaleTargetRef ObjectMetricSource.describedObject ObjectMetricSource.target
ObjectMetricSource.metric PodsMetricSource.metric PodsMetricSource.target ResourceMetricSource.target
ContainerResourceMetricSource.target ExternalMetricSource.metric ExternalMetricSource.target
FlowSchemaSpec.priorityLevelConfiguration PolicyRulesWithSubjects.subjects ResourcePolicyRule.verbs
ResourcePolicyRule.apiGroups ResourcePolicyRule.resources NonResourcePolicyRule.verbs
NonResourcePolicyRule.nonResourceURLs StatefulSetSpec.selector StatefulSetSpec.template DeploymentSpec.selector
DeploymentSpec.template DaemonSetSpec.selector DaemonSetSpec.template ReplicaSetSpec.selector
PodFailurePolicyOnExitCodesRequirement.values PodFailurePolicy.rules SuccessPolicy.rules JobSpec.template
CronJobSpec.jobTemplate RBDVolumeSource.monitors RBDPersistentVolumeSource.monitors CephFSVolumeSource.monitors
CephFSPersistentVolumeSource.monitors ScaleIOVolumeSource.secretRef ScaleIOPersistentVolumeSource.secretRef
PersistentVolumeClaimTemplate.spec HTTPGetAction.port TCPSocketAction.port NodeSelector.nodeSelectorTerms
TopologySelectorLabelRequirement.values WeightedPodAffinityTerm.podAffinityTerm PreferredSchedulingTerm.preference
PodSpec.containers LimitRangeSpec.limits ValidatingWebhook.clientConfig ValidatingWebhook.sideEffects
ValidatingWebhook.admissionReviewVersions MutatingWebhook.clientConfig MutatingWebhook.sideEffects
MutatingWebhook.admissionReviewVersions CustomResourceDefinition.spec CustomResourceDefinitionSpec.group
CustomResourceDefinitionSpec.names CustomResourceDefinitionSpec.scope CustomResourceDefinitionSpec.versions
CustomResourceDefinitionNames.plural CustomResourceDefinitionNames.kind CustomResourceDefinitionVersion.name
CustomResourceDefinitionVersion.served CustomResourceDefinitionVersion.storage CustomResourceColumnDefinition.name
CustomResourceColumnDefinition.type CustomResourceColumnDefinition.jsonPath CustomResourceConversion.strategy
ValidationRule.rule SubjectAccessReview.spec LocalSubjectAccessReview.spec SelfSubjectAccessReview.spec
SelfSubjectRulesReview.spec TokenReview.spec TokenRequest.spec Binding.target`.split(/\s+/),
)

/** List relationships of definitions, whose merge schema is not in ../shared (their OpenAPI document has them). */
const unlisted = {
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus.conditions': {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
  },
}

/** The aggregation API's one kind, which no table of ../shared holds. */
const apiService = {
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService': {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
      spec: { $ref: 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec' },
      status: {
        type: 'object',
        properties: {
          conditions: {
            type: 'array',
            items: {
              type: 'object',
              required: ['status', 'type'],
              properties: {
                lastTransitionTime: { type: 'string', format: 'date-time' },
                message: { type: 'string' },
                reason: { type: 'string' },
                status: { type: 'string' },
                type: { type: 'string' },
              },
            },
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['type'],
            'x-kubernetes-patch-strategy': 'merge',
            'x-kubernetes-patch-merge-key': 'type',
          },
        },
      },
    },
  },
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec': {
    type: 'object',
    required: ['groupPriorityMinimum', 'versionPriority'],
    properties: {
      caBundle: { type: 'string', format: 'byte' },
      group: { type: 'string' },
      groupPriorityMinimum: { type: 'integer', format: 'int32' },
      insecureSkipTLSVerify: { type: 'boolean' },
      service: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          namespace: { type: 'string' },
          port: { type: 'integer', format: 'int32' },
        },
      },
      version: { type: 'string' },
      versionPriority: { type: 'integer', format: 'int32' },
    },
  },
}

writeFileSync(join(here, 'builtin.json'), `${JSON.stringify(builtinTypes())}\n`)
writeFileSync(join(here, 'flux.json'), `${JSON.stringify(fluxCrds())}\n`)

function builtinTypes() {
  const messages = read('conformance/schemas/protobuf-fields-1.36.json')
  const merge = new Map(read('conformance/schemas/builtin-kinds-1.36.json').types.map((type) => [type.name, type]))
  const strategies = read('conformance/schemas/patch-strategies-1.36.json')
  const enums = JSON.parse(readFileSync(join(here, 'builtin-enums.json'), 'utf8'))
  const types = {}
  for (const [message, fields] of Object.entries(messages)) {
    const name = openApiName(message)
    if (name.includes('.testapigroup.') || message in protoScalars) continue
    types[name] = JSON.stringify(objectSchema(name, flatten(message, fields)))
  }
  for (const [name, schema] of Object.entries(apiService)) types[name] = JSON.stringify(schema)
  return sortKeys(types)

  /** The message's JSON fields: Go's inlined structs are separate messages in protobuf, but not in JSON. */
  function flatten(message, fields) {
    const out = []
    for (const field of fields) {
      if (!isInlined(field)) {
        out.push({ name: jsonName(message, field[0], merge), type: field[2], label: field[3], owner: message })
      } else out.push(...flatten(field[2], messages[field[2]]))
    }
    return out
  }

  function objectSchema(name, fields) {
    const mergeType = merge.get(name)?.map
    const properties = {}
    const required = []
    for (const field of fields) {
      const owner = openApiName(field.owner)
      const rule = mergeType?.fields?.find((candidate) => candidate.name === field.name)
      const strategy = strategies[name]?.[field.name] ?? strategies[owner]?.[field.name]
      properties[field.name] = { ...fieldSchema(field, rule, strategy), ...unlisted[`${name}.${field.name}`] }
      if (isRequired(name, field.name, rule)) required.push(field.name)
    }
    // Top-level kinds carry their type in protobuf's envelope, hence not in the message.
    for (const rule of mergeType?.fields ?? []) properties[rule.name] ??= { type: 'string' }
    if (mergeType === undefined && 'metadata' in properties) {
      properties.apiVersion ??= { type: 'string' }
      properties.kind ??= { type: 'string' }
    }
    return {
      type: 'object',
      ...(required.length > 0 ? { required: required.sort() } : {}),
      properties: sortKeys(properties),
      ...(mergeType?.elementRelationship === 'atomic' ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    }
  }

  function fieldSchema(field, rule, strategy) {
    const schema = { ...shapeOf(field), ...relationship(rule?.type) }
    if (rule !== undefined && 'default' in rule) schema.default = rule.default
    const values = enums[`${openApiName(field.owner)}.${field.name}`]
    if (values !== undefined && field.label === 'repeated') schema.items = { ...schema.items, enum: values }
    else if (values !== undefined) schema.enum = values
    if (strategy?.strategy !== undefined) schema['x-kubernetes-patch-strategy'] = strategy.strategy
    if (strategy?.mergeKey !== undefined) schema['x-kubernetes-patch-merge-key'] = strategy.mergeKey
    return schema
  }
}

function shapeOf({ type, label }) {
  if (label === 'repeated') return { type: 'array', items: valueSchema(type) }
  if (label === 'map') return { type: 'object', additionalProperties: valueSchema(type.slice(type.indexOf(',') + 1)) }
  return valueSchema(type)
}

function valueSchema(type) {
  const scalar = protoScalars[type]
  return scalar === undefined ? { $ref: openApiName(type) } : { ...scalar }
}

function relationship(type) {
  if (type?.list?.elementRelationship === 'atomic') return { 'x-kubernetes-list-type': 'atomic' }
  if (type?.list?.elementRelationship === 'associative') {
    const keys = type.list.keys
    return keys === undefined
      ? { 'x-kubernetes-list-type': 'set' }
      : { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys }
  }
  if (type?.map?.elementRelationship === 'atomic' || type?.elementRelationship === 'atomic') {
    return { 'x-kubernetes-map-type': 'atomic' }
  }
  return {}
}

/**
 * The merge schema gives a zero default to a scalar that is always written (no `omitempty`), which is what OpenAPI
 * calls required. The exceptions are optional by a marker of their own.
 */
function isRequired(typeName, field, rule) {
  const key = `${typeName.slice(typeName.lastIndexOf('.') + 1)}.${field}`
  if (requiredToo.has(key)) return true
  if (rule === undefined || !('default' in rule)) return false
  if (rule.default !== '' && rule.default !== 0 && rule.default !== false) return false
  return !optionalInSpite.has(key)
}

function fluxCrds() {
  const schemas = []
  const indexOf = new Map()
  const releases = {}
  for (const file of readdirSync(join(shared, 'crds')).sort()) {
    const match = /^(?:flux-(\d+\.\d+)|(flagger))\.json$/.exec(file)
    if (match === null) continue
    const crds = read(`crds/${file}`)
    for (const crd of crds) {
      for (const version of crd.spec.versions) {
        const text = JSON.stringify(version.schema.openAPIV3Schema)
        if (!indexOf.has(text)) indexOf.set(text, schemas.push(text) - 1)
        version.schema = indexOf.get(text)
      }
    }
    releases[match[1] ?? match[2]] = JSON.stringify(crds)
  }
  return { releases, schemas }
}

function openApiName(message) {
  return `io.${message.replace('apiextensions_apiserver', 'apiextensions-apiserver').replace(/^k8s\.io\./, 'k8s.')}`
}

function jsonName(message, name, merge) {
  if (merge.get(openApiName(message))?.map?.fields?.some((field) => field.name === name)) return name
  if (message.endsWith('.JSONSchemaProps')) {
    if (name === 'ref' || name === 'schema') return `$${name}`
    if (/^xKubernetes/.test(name))
      return `x-kubernetes-${name
        .slice('xKubernetes'.length)
        .replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)
        .slice(1)}`
  }
  if (name === 'uID') return 'uid'
  if (name === 'aPIGroup') return 'apiGroup'
  return name[0].toLowerCase() + name.slice(1)
}
