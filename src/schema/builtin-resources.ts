import type { KindInfo } from './types.ts'

/** A built-in resource and where its type is described. */
export interface BuiltinResource extends KindInfo {
  /** The name of its schema in the generated data. */
  readonly typeName: string
}

const all = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const
const createOnly = ['create'] as const

/**
 * What a kube-apiserver 1.36 serves with default settings (beta versions are off). One group a block:
 * `# group version schema-package`, then `Kind plural scope [short=..] [cat=..] [sub=..] [verbs=create]`.
 * Facts of k8s.io/kubernetes pkg/registry and of `kubectl api-resources -o wide`.
 */
const table = `
# core v1 api.core
Binding bindings ns verbs=create
ComponentStatus componentstatuses cluster short=cs verbs=get,list
ConfigMap configmaps ns short=cm
Endpoints endpoints ns short=ep
Event events ns short=ev
LimitRange limitranges ns short=limits
Namespace namespaces cluster short=ns sub=finalize,status verbs=create,delete,get,list,patch,update,watch
Node nodes cluster short=no sub=proxy,status
PersistentVolumeClaim persistentvolumeclaims ns short=pvc sub=status
PersistentVolume persistentvolumes cluster short=pv sub=status
Pod pods ns short=po cat=all sub=attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status
PodTemplate podtemplates ns
ReplicationController replicationcontrollers ns short=rc cat=all sub=scale,status
ResourceQuota resourcequotas ns short=quota sub=status
Secret secrets ns
ServiceAccount serviceaccounts ns short=sa sub=token
Service services ns short=svc cat=all sub=proxy,status
# admissionregistration.k8s.io v1 api.admissionregistration
MutatingAdmissionPolicy mutatingadmissionpolicies cluster cat=api-extensions
MutatingAdmissionPolicyBinding mutatingadmissionpolicybindings cluster cat=api-extensions
MutatingWebhookConfiguration mutatingwebhookconfigurations cluster cat=api-extensions
ValidatingAdmissionPolicy validatingadmissionpolicies cluster cat=api-extensions sub=status
ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings cluster cat=api-extensions
ValidatingWebhookConfiguration validatingwebhookconfigurations cluster cat=api-extensions
# apiextensions.k8s.io v1 apiextensions-apiserver.pkg.apis.apiextensions
CustomResourceDefinition customresourcedefinitions cluster short=crd,crds cat=api-extensions sub=status
# apiregistration.k8s.io v1 kube-aggregator.pkg.apis.apiregistration
APIService apiservices cluster cat=api-extensions sub=status
# apps v1 api.apps
ControllerRevision controllerrevisions ns
DaemonSet daemonsets ns short=ds cat=all sub=status
Deployment deployments ns short=deploy cat=all sub=scale,status
ReplicaSet replicasets ns short=rs cat=all sub=scale,status
StatefulSet statefulsets ns short=sts cat=all sub=scale,status
# authentication.k8s.io v1 api.authentication
SelfSubjectReview selfsubjectreviews cluster verbs=create
TokenReview tokenreviews cluster verbs=create
# authorization.k8s.io v1 api.authorization
LocalSubjectAccessReview localsubjectaccessreviews ns verbs=create
SelfSubjectAccessReview selfsubjectaccessreviews cluster verbs=create
SelfSubjectRulesReview selfsubjectrulesreviews cluster verbs=create
SubjectAccessReview subjectaccessreviews cluster verbs=create
# autoscaling v2 api.autoscaling
HorizontalPodAutoscaler horizontalpodautoscalers ns short=hpa cat=all sub=status
# autoscaling v1 api.autoscaling
HorizontalPodAutoscaler horizontalpodautoscalers ns short=hpa cat=all sub=status
# batch v1 api.batch
CronJob cronjobs ns short=cj cat=all sub=status
Job jobs ns cat=all sub=status
# certificates.k8s.io v1 api.certificates
CertificateSigningRequest certificatesigningrequests cluster short=csr sub=approval,status
# coordination.k8s.io v1 api.coordination
Lease leases ns
# discovery.k8s.io v1 api.discovery
EndpointSlice endpointslices ns
# events.k8s.io v1 api.events
Event events ns short=ev
# flowcontrol.apiserver.k8s.io v1 api.flowcontrol
FlowSchema flowschemas cluster sub=status
PriorityLevelConfiguration prioritylevelconfigurations cluster sub=status
# networking.k8s.io v1 api.networking
Ingress ingresses ns short=ing sub=status
IngressClass ingressclasses cluster
IPAddress ipaddresses cluster short=ip
NetworkPolicy networkpolicies ns short=netpol
ServiceCIDR servicecidrs cluster sub=status
# node.k8s.io v1 api.node
RuntimeClass runtimeclasses cluster
# policy v1 api.policy
PodDisruptionBudget poddisruptionbudgets ns short=pdb sub=status
# rbac.authorization.k8s.io v1 api.rbac
ClusterRole clusterroles cluster
ClusterRoleBinding clusterrolebindings cluster
Role roles ns
RoleBinding rolebindings ns
# resource.k8s.io v1 api.resource
DeviceClass deviceclasses cluster
ResourceClaim resourceclaims ns sub=status
ResourceClaimTemplate resourceclaimtemplates ns
ResourceSlice resourceslices cluster
# scheduling.k8s.io v1 api.scheduling
PriorityClass priorityclasses cluster short=pc
# storage.k8s.io v1 api.storage
CSIDriver csidrivers cluster
CSINode csinodes cluster
CSIStorageCapacity csistoragecapacities ns
StorageClass storageclasses cluster short=sc
VolumeAttachment volumeattachments cluster sub=status
VolumeAttributesClass volumeattributesclasses cluster short=vac
`

/** The built-in resources in the order of discovery: groups as listed, preferred versions first. */
export function builtinResources(): readonly BuiltinResource[] {
  const out: BuiltinResource[] = []
  const seenGroups = new Set<string>()
  let group = ''
  let version = ''
  let schemaPackage = ''
  let preferred = true
  for (const line of table.trim().split('\n')) {
    const words = line.split(' ')
    if (words[0] === '#') {
      group = words[1] === 'core' ? '' : words[1]!
      version = words[2]!
      schemaPackage = words[3]!
      preferred = !seenGroups.has(group)
      seenGroups.add(group)
    } else out.push({ ...parseRow(words), group, version, preferred, typeName: typeNameOf(words[0]!) })
  }
  return out

  function typeNameOf(kind: string): string {
    return `io.k8s.${schemaPackage}.${version}.${kind}`
  }
}

function parseRow(words: readonly string[]): Omit<BuiltinResource, 'group' | 'version' | 'preferred' | 'typeName'> {
  const [kind, resource, scope, ...rest] = words
  const options = new Map(rest.map((word) => word.split('=') as [string, string]))
  const list = (name: string): readonly string[] => options.get(name)?.split(',') ?? []
  const verbs = options.get('verbs')
  return {
    kind: kind!,
    resource: resource!,
    singular: kind!.toLowerCase(),
    namespaced: scope === 'ns',
    shortNames: list('short'),
    categories: list('cat'),
    subresources: list('sub'),
    verbs: verbs === undefined ? all : verbs === 'create' ? createOnly : verbs.split(','),
    source: 'builtin',
  }
}

/** A built-in version that Kubernetes no longer serves. */
export interface RemovedVersion {
  readonly group: string
  readonly version: string
  readonly kinds: readonly string[]
  /** The minor that no longer serves it: `1.22`. */
  readonly removedIn: string
  /** `group/version` to use instead; `undefined` when the kind is gone. */
  readonly replacement: string | undefined
}

/** Removed API versions, from the Kubernetes deprecation guide (kubernetes.io/docs/reference/using-api/deprecation-guide). */
export const removedBuiltinVersions: readonly RemovedVersion[] = [
  removed('extensions/v1beta1', 'DaemonSet,Deployment,ReplicaSet', '1.16', 'apps/v1'),
  removed('apps/v1beta1', 'ControllerRevision,Deployment,StatefulSet', '1.16', 'apps/v1'),
  removed('apps/v1beta2', 'ControllerRevision,DaemonSet,Deployment,ReplicaSet,StatefulSet', '1.16', 'apps/v1'),
  removed('extensions/v1beta1', 'NetworkPolicy', '1.16', 'networking.k8s.io/v1'),
  removed('extensions/v1beta1', 'PodSecurityPolicy', '1.16', undefined),
  removed('extensions/v1beta1', 'Ingress', '1.22', 'networking.k8s.io/v1'),
  removed('networking.k8s.io/v1beta1', 'Ingress,IngressClass', '1.22', 'networking.k8s.io/v1'),
  removed(
    'admissionregistration.k8s.io/v1beta1',
    'MutatingWebhookConfiguration,ValidatingWebhookConfiguration',
    '1.22',
    'admissionregistration.k8s.io/v1',
  ),
  removed('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', '1.22', 'apiextensions.k8s.io/v1'),
  removed('apiregistration.k8s.io/v1beta1', 'APIService', '1.22', 'apiregistration.k8s.io/v1'),
  removed('authentication.k8s.io/v1beta1', 'TokenReview', '1.22', 'authentication.k8s.io/v1'),
  removed(
    'authorization.k8s.io/v1beta1',
    'LocalSubjectAccessReview,SelfSubjectAccessReview,SelfSubjectRulesReview,SubjectAccessReview',
    '1.22',
    'authorization.k8s.io/v1',
  ),
  removed('certificates.k8s.io/v1beta1', 'CertificateSigningRequest', '1.22', 'certificates.k8s.io/v1'),
  removed('coordination.k8s.io/v1beta1', 'Lease', '1.22', 'coordination.k8s.io/v1'),
  removed(
    'rbac.authorization.k8s.io/v1beta1',
    'ClusterRole,ClusterRoleBinding,Role,RoleBinding',
    '1.22',
    'rbac.authorization.k8s.io/v1',
  ),
  removed('scheduling.k8s.io/v1beta1', 'PriorityClass', '1.22', 'scheduling.k8s.io/v1'),
  removed('storage.k8s.io/v1beta1', 'CSIDriver,CSINode,StorageClass,VolumeAttachment', '1.22', 'storage.k8s.io/v1'),
  removed('batch/v1beta1', 'CronJob', '1.25', 'batch/v1'),
  removed('discovery.k8s.io/v1beta1', 'EndpointSlice', '1.25', 'discovery.k8s.io/v1'),
  removed('events.k8s.io/v1beta1', 'Event', '1.25', 'events.k8s.io/v1'),
  removed('autoscaling/v2beta1', 'HorizontalPodAutoscaler', '1.25', 'autoscaling/v2'),
  removed('policy/v1beta1', 'PodDisruptionBudget', '1.25', 'policy/v1'),
  removed('policy/v1beta1', 'PodSecurityPolicy', '1.25', undefined),
  removed('node.k8s.io/v1beta1', 'RuntimeClass', '1.25', 'node.k8s.io/v1'),
  removed('autoscaling/v2beta2', 'HorizontalPodAutoscaler', '1.26', 'autoscaling/v2'),
  removed(
    'flowcontrol.apiserver.k8s.io/v1beta1',
    'FlowSchema,PriorityLevelConfiguration',
    '1.26',
    'flowcontrol.apiserver.k8s.io/v1',
  ),
  removed('storage.k8s.io/v1beta1', 'CSIStorageCapacity', '1.27', 'storage.k8s.io/v1'),
  removed(
    'flowcontrol.apiserver.k8s.io/v1beta2',
    'FlowSchema,PriorityLevelConfiguration',
    '1.29',
    'flowcontrol.apiserver.k8s.io/v1',
  ),
  removed(
    'flowcontrol.apiserver.k8s.io/v1beta3',
    'FlowSchema,PriorityLevelConfiguration',
    '1.32',
    'flowcontrol.apiserver.k8s.io/v1',
  ),
]

function removed(
  apiVersion: string,
  kinds: string,
  removedIn: string,
  replacement: string | undefined,
): RemovedVersion {
  const [group, version] = apiVersion.split('/') as [string, string]
  return { group, version, kinds: kinds.split(','), removedIn, replacement }
}
