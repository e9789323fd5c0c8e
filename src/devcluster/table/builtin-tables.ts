import { isObject } from '../../base/index.ts'
import { ageOf } from './age.ts'
import {
  accessModes,
  age,
  at,
  BINDING,
  bindingCells,
  containers,
  endpointsText,
  eventLastSeen,
  hpaMetrics,
  items,
  jobCompletions,
  jobDuration,
  jobStatus,
  mapText,
  nodeAddress,
  nodeKernel,
  nodeRoles,
  nodeStatus,
  num,
  quotaText,
  selector,
  size,
  sliceEndpoints,
  str,
  TEMPLATE,
  table,
} from './cells.ts'
import { MORE_TABLES } from './more-tables.ts'
import { podCells } from './pod-cells.ts'
import { AGE, NAME, type TablePrinter } from './printer.ts'
import { ingressAddress, loadBalancerAddress, servicePorts } from './service-cells.ts'

/** Rows as kubectl prints them for built-in kinds (kubernetes pkg/printers/internalversion). */
export const BUILTIN_TABLES: ReadonlyMap<string, TablePrinter> = new Map<string, TablePrinter>([
  ['pods', table('Ready,Status,Restarts,Age,~IP,~Node,~Nominated Node,~Readiness Gates', podCells)],
  [
    'deployments.apps',
    table('Ready,Up-to-date,Available,Age,~Containers,~Images,~Selector', (o, now) => [
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
    table('Schedule,Timezone,?Suspend,#Active,Last Schedule,Age,~Containers,~Images,~Selector', (o, now) => {
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
  ['configmaps', table('Data,Age', (o, now) => [size(o, 'data') + size(o, 'binaryData'), age(o, now)])],
  ['secrets', table('Type,Data,Age', (o, now) => [str(o, 'type'), size(o, 'data'), age(o, now)])],
  ['serviceaccounts', table('Age', (o, now) => [age(o, now)])],
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
        nodeKernel(o),
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
    table('Reference,Targets,MinPods,MaxPods,Replicas,Age', (o, now) => [
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
        ...(spec === '~Name' ? { format: 'name' } : {}),
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
    table('#Value,?Global-Default,Age,PreemptionPolicy', (o, now) => [
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
    table('Controller,Revision,Age', (o, now) => {
      const owner = items(o, 'metadata.ownerReferences').find((item) => item['controller'] === true)
      const group = str(owner, 'apiVersion').split('/')
      const name =
        group.length === 2 ? `${str(owner, 'kind').toLowerCase()}.${group[0]}` : str(owner, 'kind').toLowerCase()
      return [owner === undefined ? '<none>' : `${name}/${str(owner, 'name')}`, num(o, 'revision'), age(o, now)]
    }),
  ],
  ...MORE_TABLES,
])
