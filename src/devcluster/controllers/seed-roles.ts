import type { JsonObject } from '../../base/index.ts'

const API = 'rbac.authorization.k8s.io'
const RBAC = `${API}/v1`
const BOOTSTRAP = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }
const READ = 'get list watch'
const WRITE = 'create delete deletecollection patch update'
const ALL = 'create delete deletecollection get list patch update watch'
const EXTENSIONS = 'daemonsets deployments deployments/scale ingresses networkpolicies replicasets replicasets/scale'

/** API groups, resources, verbs: words, `core` for the group without a name. */
type Row = readonly [groups: string, resources: string, verbs: string]

/** What the user-facing roles allow (kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy), in stages. */
const VIEW: readonly Row[] = [
  [
    'core',
    'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
    READ,
  ],
  [
    'core',
    'bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
    READ,
  ],
  ['core', 'namespaces', READ],
  ['core events.k8s.io', 'events', READ],
  ['discovery.k8s.io', 'endpointslices', READ],
  [
    'apps',
    'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
    READ,
  ],
  ['autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status', READ],
  ['batch', 'cronjobs cronjobs/status jobs jobs/status', READ],
  [
    'extensions',
    'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
    READ,
  ],
  ['policy', 'poddisruptionbudgets poddisruptionbudgets/status', READ],
  ['networking.k8s.io', 'ingresses ingresses/status networkpolicies', READ],
  ['resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates', READ],
]

const EDIT: readonly Row[] = [
  ['core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy', READ],
  ['core', 'serviceaccounts', 'impersonate'],
  ['core', 'pods pods/attach pods/exec pods/portforward pods/proxy', WRITE],
  ['core', 'pods/eviction', 'create'],
  [
    'core',
    'configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
    WRITE,
  ],
  ['core', 'serviceaccounts/token', 'create'],
  ['core events.k8s.io', 'events', WRITE],
  [
    'apps',
    'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
    WRITE,
  ],
  ['autoscaling', 'horizontalpodautoscalers', WRITE],
  ['batch', 'cronjobs jobs', WRITE],
  ['extensions', `${EXTENSIONS} deployments/rollback replicationcontrollers/scale`, WRITE],
  ['policy', 'poddisruptionbudgets', WRITE],
  ['networking.k8s.io', 'ingresses networkpolicies', WRITE],
  ['coordination.k8s.io', 'leases', ALL],
  ['resource.k8s.io', 'resourceclaims resourceclaimtemplates', WRITE],
]

const ADMIN: readonly Row[] = [
  ['authorization.k8s.io', 'localsubjectaccessreviews', 'create'],
  [API, 'rolebindings roles', ALL],
]

const PUBLIC = '/healthz /livez /readyz /version /version/'

/** The roles that every cluster begins with; those of the system's own components are left out. */
export function clusterRoles(): JsonObject[] {
  return [
    role('cluster-admin', [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ]),
    stage('view', VIEW, 'edit'),
    stage('edit', EDIT, 'admin'),
    stage('admin', ADMIN),
    part('view', VIEW),
    part('edit', EDIT),
    part('admin', ADMIN),
    role('system:discovery', [paths(`/api /api/* /apis /apis/* /openapi /openapi/* ${PUBLIC}`)]),
    role('system:public-info-viewer', [paths(PUBLIC)]),
    role('system:service-account-issuer-discovery', [
      paths('/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/'),
    ]),
    role(
      'system:basic-user',
      [
        ['authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews', 'create'] as const,
        ['authentication.k8s.io', 'selfsubjectreviews', 'create'] as const,
      ].map(rule),
    ),
  ]
}

/** Who has them from the start. */
export function clusterRoleBindings(): JsonObject[] {
  const bindings: readonly (readonly [role: string, groups: readonly string[]])[] = [
    ['cluster-admin', ['system:masters']],
    ['system:discovery', ['system:authenticated']],
    ['system:basic-user', ['system:authenticated']],
    ['system:public-info-viewer', ['system:authenticated', 'system:unauthenticated']],
    ['system:service-account-issuer-discovery', ['system:serviceaccounts']],
  ]
  return bindings.map(([name, groups]) => ({
    apiVersion: RBAC,
    kind: 'ClusterRoleBinding',
    metadata: about(name),
    roleRef: { apiGroup: API, kind: 'ClusterRole', name },
    subjects: groups.map((group) => ({ apiGroup: API, kind: 'Group', name: group })),
  }))
}

function role(name: string, rules: JsonObject[], labels: Record<string, string> = {}): JsonObject {
  return { apiVersion: RBAC, kind: 'ClusterRole', metadata: about(name, labels), rules }
}

function about(name: string, labels: Record<string, string> = {}): JsonObject {
  return {
    name,
    labels: { ...BOOTSTRAP, ...labels },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  }
}

const aggregateTo = (name: string): Record<string, string> => ({ [`${API}/aggregate-to-${name}`]: 'true' })

/** The rules of a user-facing role, from which charts take and to which they add by label. */
function part(name: string, rows: readonly Row[]): JsonObject {
  return role(`system:aggregate-to-${name}`, rows.map(rule), aggregateTo(name))
}

/** A user-facing role: all that is labelled for it. Its rules are those of its part until others are added. */
function stage(name: string, rows: readonly Row[], above?: string): JsonObject {
  return {
    ...role(name, rows.map(rule), above === undefined ? {} : aggregateTo(above)),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregateTo(name) }] },
  }
}

function rule([groups, resources, verbs]: Row): JsonObject {
  return {
    apiGroups: groups.split(' ').map((group) => (group === 'core' ? '' : group)),
    resources: resources.split(' '),
    verbs: verbs.split(' '),
  }
}

function paths(urls: string): JsonObject {
  return { nonResourceURLs: urls.split(' ').sort(), verbs: ['get'] }
}
