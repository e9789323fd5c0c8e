import { getIn, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { ColumnDefinition } from '../resources/types.ts'
import { ageOf, humanDuration } from './age.ts'
import { podCells } from './pod-cells.ts'
import { AGE, NAME, type TablePrinter } from './printer.ts'
import { ingressAddress, loadBalancerAddress, servicePorts } from './service-cells.ts'

type Cells = (object: KubeObject, now: number) => JsonValue[]

/** Columns as `Title` (string), `#Title` (integer); a leading `~` means wide output only. Name is always the first. */
function table(columns: string, cells: Cells): TablePrinter {
  const definitions = columns.split(',').map((spec): ColumnDefinition => {
    const wide = spec.startsWith('~')
    const rest = wide ? spec.slice(1) : spec
    if (rest === 'Age') return { ...AGE, priority: wide ? 1 : 0 }
    const integer = rest.startsWith('#')
    return { name: integer ? rest.slice(1) : rest, type: integer ? 'integer' : 'string', priority: wide ? 1 : 0 }
  })
  return { columns: [NAME, ...definitions], cells: (object, now) => [object.metadata.name, ...cells(object, now)] }
}

const at = (object: JsonValue | undefined, path: string): JsonValue | undefined => getIn(object, path.split('.'))
const num = (object: KubeObject, path: string): number => Number(at(object, path) ?? 0)
const str = (object: JsonValue | undefined, path: string, missing = ''): string => {
  const value = at(object, path)
  return value === undefined || value === null ? missing : String(value)
}
const items = (object: JsonValue | undefined, path: string): JsonObject[] => {
  const value = at(object, path)
  return Array.isArray(value) ? value.filter(isObject) : []
}
const size = (object: KubeObject, path: string): number => {
  const value = at(object, path)
  return Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0
}
const age = (object: KubeObject, now: number): string => ageOf(object.metadata['creationTimestamp'], now)

/** A label selector as kubectl prints it. */
function selector(value: JsonValue | undefined): string {
  if (!isObject(value)) return '<none>'
  const labels = isObject(value['matchLabels']) ? value['matchLabels'] : {}
  const parts = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${String(labels[key])}`)
  for (const term of items(value, 'matchExpressions')) {
    const values = Array.isArray(term['values']) ? `(${term['values'].join(',')})` : ''
    const operator = String(term['operator'])
    if (operator === 'Exists') parts.push(String(term['key']))
    else if (operator === 'DoesNotExist') parts.push(`!${String(term['key'])}`)
    else parts.push(`${String(term['key'])} ${operator.toLowerCase()} ${values}`)
  }
  return parts.length === 0 ? '<none>' : parts.join(',')
}

function mapText(value: JsonValue | undefined): string {
  if (!isObject(value) || Object.keys(value).length === 0) return '<none>'
  return Object.keys(value)
    .sort()
    .map((key) => `${key}=${String(value[key])}`)
    .join(',')
}

const containers = (object: KubeObject, path: string): [string, string] => [
  items(object, path)
    .map((item) => String(item['name']))
    .join(','),
  items(object, path)
    .map((item) => String(item['image']))
    .join(','),
]
const TEMPLATE = 'spec.template.spec.containers'

function jobStatus(object: KubeObject): string {
  for (const type of ['Complete', 'Failed', 'Suspended', 'FailureTarget', 'SuccessCriteriaMet']) {
    if (items(object, 'status.conditions').some((item) => item['type'] === type && item['status'] === 'True'))
      return type
  }
  return object.metadata['deletionTimestamp'] === undefined ? 'Running' : 'Terminating'
}

function jobDuration(object: KubeObject, now: number): string {
  const start = Date.parse(str(object, 'status.startTime'))
  if (Number.isNaN(start)) return ''
  const end = Date.parse(str(object, 'status.completionTime'))
  return humanDuration((Number.isNaN(end) ? now : end) - start)
}

function jobCompletions(object: KubeObject): string {
  const wanted = at(object, 'spec.completions')
  const done = num(object, 'status.succeeded')
  if (typeof wanted === 'number') return `${done}/${wanted}`
  const parallel = num(object, 'spec.parallelism')
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`
}

const accessModes = (value: JsonValue | undefined): string =>
  Array.isArray(value)
    ? value
        .map(
          (mode) =>
            ({ ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' })[
              String(mode)
            ] ?? '',
        )
        .join(',')
    : ''

function nodeStatus(object: KubeObject): string {
  const ready = items(object, 'status.conditions').find((item) => item['type'] === 'Ready')
  const base = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady'
  return at(object, 'spec.unschedulable') === true ? `${base},SchedulingDisabled` : base
}

function nodeRoles(object: KubeObject): string {
  const labels = isObject(object.metadata['labels']) ? object.metadata['labels'] : {}
  const roles = Object.keys(labels)
    .filter((key) => key.startsWith('node-role.kubernetes.io/'))
    .map((key) => key.slice(24))
  return roles.length === 0 ? '<none>' : roles.sort().join(',')
}

const nodeAddress = (object: KubeObject, type: string): string =>
  str(
    items(object, 'status.addresses').find((item) => item['type'] === type),
    'address',
    '<none>',
  )

function hpaMetrics(object: KubeObject): string {
  const metrics = items(object, 'spec.metrics')
  if (metrics.length === 0) return '<none>'
  return metrics
    .slice(0, 2)
    .map((metric) => {
      const resource = isObject(metric['resource']) ? metric['resource'] : {}
      const target = isObject(resource['target']) ? resource['target'] : {}
      const wanted =
        target['averageUtilization'] === undefined
          ? str(target, 'averageValue', '<auto>')
          : `${String(target['averageUtilization'])}%`
      const current = items(object, 'status.currentMetrics').find(
        (item) => at(item, 'resource.name') === resource['name'],
      )
      const value = at(current, 'resource.current.averageUtilization')
      return `${str(resource, 'name', String(metric['type']))}: ${value === undefined ? '<unknown>' : `${String(value)}%`}/${wanted}`
    })
    .join(', ')
}

function endpointsText(object: KubeObject): string {
  const out: string[] = []
  for (const subset of items(object, 'subsets')) {
    const ports = items(subset, 'ports')
    for (const address of items(subset, 'addresses')) {
      if (ports.length === 0) out.push(String(address['ip']))
      for (const port of ports) out.push(`${String(address['ip'])}:${String(port['port'])}`)
    }
  }
  if (out.length === 0) return '<none>'
  return out.length > 3 ? `${out.slice(0, 3).join(',')} + ${out.length - 3} more...` : out.join(',')
}

function sliceEndpoints(object: KubeObject): string {
  const all = items(object, 'endpoints').flatMap((item) =>
    Array.isArray(item['addresses']) ? item['addresses'].map(String) : [],
  )
  if (all.length === 0) return '<unset>'
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',')
}

function eventLastSeen(object: KubeObject, now: number): string {
  const last = at(object, 'series.lastObservedTime') ?? at(object, 'lastTimestamp') ?? at(object, 'eventTime')
  return ageOf(last ?? at(object, 'firstTimestamp'), now)
}

const subjects = (object: KubeObject, kind: string): string =>
  items(object, 'subjects')
    .filter((item) => item['kind'] === kind)
    .map((item) => (kind === 'ServiceAccount' ? `${str(item, 'namespace')}/${str(item, 'name')}` : str(item, 'name')))
    .join(', ')

const bindingCells: Cells = (object, now) => [
  `${str(object, 'roleRef.kind')}/${str(object, 'roleRef.name')}`,
  age(object, now),
  subjects(object, 'User'),
  subjects(object, 'Group'),
  subjects(object, 'ServiceAccount'),
]
const BINDING = 'Role,Age,~Users,~Groups,~ServiceAccounts'

/** Rows as kubectl prints them for built-in kinds (kubernetes pkg/printers/internalversion). */
export const BUILTIN_TABLES: ReadonlyMap<string, TablePrinter> = new Map<string, TablePrinter>([
  ['pods', table('Ready,Status,Restarts,Age,~IP,~Node,~Nominated Node,~Readiness Gates', podCells)],
  [
    'deployments.apps',
    table('Ready,#Up-to-date,#Available,Age,~Containers,~Images,~Selector', (o, now) => [
      `${num(o, 'status.readyReplicas')}/${num(o, 'spec.replicas')}`,
      num(o, 'status.updatedReplicas'),
      num(o, 'status.availableReplicas'),
      age(o, now),
      ...containers(o, TEMPLATE),
      selector(at(o, 'spec.selector')),
    ]),
  ],
  [
    'replicasets.apps',
    table('#Desired,#Current,#Ready,Age,~Containers,~Images,~Selector', (o, now) => [
      num(o, 'spec.replicas'),
      num(o, 'status.replicas'),
      num(o, 'status.readyReplicas'),
      age(o, now),
      ...containers(o, TEMPLATE),
      selector(at(o, 'spec.selector')),
    ]),
  ],
  [
    'statefulsets.apps',
    table('Ready,Age,~Containers,~Images', (o, now) => [
      `${num(o, 'status.readyReplicas')}/${num(o, 'spec.replicas')}`,
      age(o, now),
      ...containers(o, TEMPLATE),
    ]),
  ],
  [
    'daemonsets.apps',
    table(
      '#Desired,#Current,#Ready,#Up-to-date,#Available,Node Selector,Age,~Containers,~Images,~Selector',
      (o, now) => [
        num(o, 'status.desiredNumberScheduled'),
        num(o, 'status.currentNumberScheduled'),
        num(o, 'status.numberReady'),
        num(o, 'status.updatedNumberScheduled'),
        num(o, 'status.numberAvailable'),
        mapText(at(o, 'spec.template.spec.nodeSelector')),
        age(o, now),
        ...containers(o, TEMPLATE),
        selector(at(o, 'spec.selector')),
      ],
    ),
  ],
  [
    'jobs.batch',
    table('Status,Completions,Duration,Age,~Containers,~Images,~Selector', (o, now) => [
      jobStatus(o),
      jobCompletions(o),
      jobDuration(o, now),
      age(o, now),
      ...containers(o, TEMPLATE),
      selector(at(o, 'spec.selector')),
    ]),
  ],
  [
    'cronjobs.batch',
    table('Schedule,Timezone,Suspend,#Active,Last Schedule,Age,~Containers,~Images,~Selector', (o, now) => {
      const last = at(o, 'status.lastScheduleTime')
      return [
        str(o, 'spec.schedule'),
        str(o, 'spec.timeZone', '<none>'),
        at(o, 'spec.suspend') === true ? 'True' : 'False',
        size(o, 'status.active'),
        last === undefined ? '<none>' : ageOf(last, now),
        age(o, now),
        ...containers(o, `spec.jobTemplate.${TEMPLATE}`),
        selector(at(o, 'spec.jobTemplate.spec.selector')),
      ]
    }),
  ],
  [
    'services',
    table('Type,Cluster-IP,External-IP,Port(s),Age,~Selector', (o, now) => [
      str(o, 'spec.type'),
      str(o, 'spec.clusterIP', '<none>'),
      loadBalancerAddress(o),
      servicePorts(o),
      age(o, now),
      mapText(at(o, 'spec.selector')),
    ]),
  ],
  ['endpoints', table('Endpoints,Age', (o, now) => [endpointsText(o), age(o, now)])],
  [
    'endpointslices.discovery.k8s.io',
    table('AddressType,Ports,Endpoints,Age', (o, now) => [
      str(o, 'addressType'),
      items(o, 'ports')
        .map((port) => str(port, 'port', '*'))
        .join(',') || '<unset>',
      sliceEndpoints(o),
      age(o, now),
    ]),
  ],
  [
    'ingresses.networking.k8s.io',
    table('Class,Hosts,Address,Ports,Age', (o, now) => [
      str(o, 'spec.ingressClassName', '<none>'),
      [...new Set(items(o, 'spec.rules').map((rule) => str(rule, 'host', '*')))].join(',') || '*',
      ingressAddress(o),
      size(o, 'spec.tls') > 0 ? '80, 443' : '80',
      age(o, now),
    ]),
  ],
  [
    'ingressclasses.networking.k8s.io',
    table('Controller,Parameters,Age', (o, now) => [
      str(o, 'spec.controller'),
      at(o, 'spec.parameters') === undefined
        ? '<none>'
        : `${str(o, 'spec.parameters.kind')}/${str(o, 'spec.parameters.name')}`,
      age(o, now),
    ]),
  ],
  [
    'networkpolicies.networking.k8s.io',
    table('Pod-Selector,Age', (o, now) => [selector(at(o, 'spec.podSelector')), age(o, now)]),
  ],
  ['configmaps', table('#Data,Age', (o, now) => [size(o, 'data') + size(o, 'binaryData'), age(o, now)])],
  ['secrets', table('Type,#Data,Age', (o, now) => [str(o, 'type'), size(o, 'data'), age(o, now)])],
  ['serviceaccounts', table('#Secrets,Age', (o, now) => [size(o, 'secrets'), age(o, now)])],
  ['namespaces', table('Status,Age', (o, now) => [str(o, 'status.phase'), age(o, now)])],
  [
    'nodes',
    table(
      'Status,Roles,Age,Version,~Internal-IP,~External-IP,~OS-Image,~Kernel-Version,~Container-Runtime',
      (o, now) => [
        nodeStatus(o),
        nodeRoles(o),
        age(o, now),
        str(o, 'status.nodeInfo.kubeletVersion'),
        nodeAddress(o, 'InternalIP'),
        nodeAddress(o, 'ExternalIP'),
        str(o, 'status.nodeInfo.osImage', '<unknown>'),
        str(o, 'status.nodeInfo.kernelVersion', '<unknown>'),
        str(o, 'status.nodeInfo.containerRuntimeVersion', '<unknown>'),
      ],
    ),
  ],
  [
    'persistentvolumeclaims',
    table('Status,Volume,Capacity,Access Modes,StorageClass,VolumeAttributesClass,Age,~VolumeMode', (o, now) => [
      o.metadata['deletionTimestamp'] === undefined ? str(o, 'status.phase') : 'Terminating',
      str(o, 'spec.volumeName'),
      str(o, 'status.capacity.storage'),
      accessModes(at(o, 'status.accessModes')),
      str(o, 'spec.storageClassName'),
      str(o, 'spec.volumeAttributesClassName', '<unset>'),
      age(o, now),
      str(o, 'spec.volumeMode', '<unset>'),
    ]),
  ],
  [
    'persistentvolumes',
    table(
      'Capacity,Access Modes,Reclaim Policy,Status,Claim,StorageClass,VolumeAttributesClass,Reason,Age,~VolumeMode',
      (o, now) => [
        str(o, 'spec.capacity.storage'),
        accessModes(at(o, 'spec.accessModes')),
        str(o, 'spec.persistentVolumeReclaimPolicy'),
        o.metadata['deletionTimestamp'] === undefined ? str(o, 'status.phase') : 'Terminating',
        at(o, 'spec.claimRef') === undefined
          ? ''
          : `${str(o, 'spec.claimRef.namespace')}/${str(o, 'spec.claimRef.name')}`,
        str(o, 'spec.storageClassName'),
        str(o, 'spec.volumeAttributesClassName', '<unset>'),
        str(o, 'status.reason'),
        age(o, now),
        str(o, 'spec.volumeMode', '<unset>'),
      ],
    ),
  ],
  [
    'storageclasses.storage.k8s.io',
    {
      ...table('Provisioner,ReclaimPolicy,VolumeBindingMode,AllowVolumeExpansion,Age', () => []),
      cells: (o, now) => {
        const annotations = isObject(o.metadata['annotations']) ? o.metadata['annotations'] : {}
        const standard = annotations['storageclass.kubernetes.io/is-default-class'] === 'true'
        return [
          standard ? `${o.metadata.name} (default)` : o.metadata.name,
          str(o, 'provisioner'),
          str(o, 'reclaimPolicy', 'Delete'),
          str(o, 'volumeBindingMode', '<unset>'),
          at(o, 'allowVolumeExpansion') === true,
          age(o, now),
        ]
      },
    },
  ],
  [
    'horizontalpodautoscalers.autoscaling',
    table('Reference,Targets,MinPods,MaxPods,#Replicas,Age', (o, now) => [
      `${str(o, 'spec.scaleTargetRef.kind')}/${str(o, 'spec.scaleTargetRef.name')}`,
      hpaMetrics(o),
      str(o, 'spec.minReplicas', '<unset>'),
      str(o, 'spec.maxReplicas'),
      num(o, 'status.currentReplicas'),
      age(o, now),
    ]),
  ],
  [
    'poddisruptionbudgets.policy',
    table('Min Available,Max Unavailable,#Allowed Disruptions,Age', (o, now) => [
      str(o, 'spec.minAvailable', 'N/A'),
      str(o, 'spec.maxUnavailable', 'N/A'),
      num(o, 'status.disruptionsAllowed'),
      age(o, now),
    ]),
  ],
  ['rolebindings.rbac.authorization.k8s.io', table(BINDING, bindingCells)],
  ['clusterrolebindings.rbac.authorization.k8s.io', table(BINDING, bindingCells)],
  [
    'events',
    {
      columns: [
        'Last Seen',
        'Type',
        'Reason',
        'Object',
        '~Subobject',
        '~Source',
        'Message',
        '~First Seen',
        '~Count',
        '~Name',
      ].map((spec) => ({
        name: spec.replace('~', ''),
        type: 'string',
        priority: spec.startsWith('~') ? 1 : 0,
      })),
      cells: (o, now) => [
        eventLastSeen(o, now),
        str(o, 'type'),
        str(o, 'reason'),
        `${str(o, 'involvedObject.kind').toLowerCase()}/${str(o, 'involvedObject.name')}`,
        str(o, 'involvedObject.fieldPath'),
        [str(o, 'source.component', str(o, 'reportingComponent')), str(o, 'source.host')].filter(Boolean).join(', '),
        str(o, 'message').trim(),
        ageOf(at(o, 'firstTimestamp') ?? at(o, 'eventTime'), now),
        str(o, 'count', '1'),
        o.metadata.name,
      ],
    },
  ],
  [
    'customresourcedefinitions.apiextensions.k8s.io',
    {
      columns: [NAME, { ...AGE, name: 'Created At', type: 'date' }],
      cells: (o) => [o.metadata.name, str(o, 'metadata.creationTimestamp')],
    },
  ],
  ['leases.coordination.k8s.io', table('Holder,Age', (o, now) => [str(o, 'spec.holderIdentity'), age(o, now)])],
  [
    'priorityclasses.scheduling.k8s.io',
    table('Value,Global-Default,Age,~PreemptionPolicy', (o, now) => [
      num(o, 'value'),
      at(o, 'globalDefault') === true,
      age(o, now),
      str(o, 'preemptionPolicy'),
    ]),
  ],
  [
    'resourcequotas',
    table('Request,Limit,Age', (o, now) => [
      quotaText(o, (key) => !key.startsWith('limits')),
      quotaText(o, (key) => key.startsWith('limits')),
      age(o, now),
    ]),
  ],
  [
    'controllerrevisions.apps',
    table('Controller,#Revision,Age', (o, now) => {
      const owner = items(o, 'metadata.ownerReferences').find((item) => item['controller'] === true)
      const group = str(owner, 'apiVersion').split('/')
      const name =
        group.length === 2 ? `${str(owner, 'kind').toLowerCase()}.${group[0]}` : str(owner, 'kind').toLowerCase()
      return [owner === undefined ? '<none>' : `${name}/${str(owner, 'name')}`, num(o, 'revision'), age(o, now)]
    }),
  ],
])

function quotaText(object: KubeObject, wanted: (key: string) => boolean): string {
  const hard = at(object, 'status.hard')
  const used = at(object, 'status.used')
  if (!isObject(hard)) return ''
  return Object.keys(hard)
    .sort()
    .filter(wanted)
    .map((key) => `${key}: ${String(isObject(used) ? (used[key] ?? '0') : '0')}/${String(hard[key])}`)
    .join(', ')
}
