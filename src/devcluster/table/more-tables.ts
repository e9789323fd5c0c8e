import type { JsonObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { humanDuration } from './age.ts'
import { age, at, type Cells, containers, items, mapText, num, selector, size, str, table } from './cells.ts'
import type { TablePrinter } from './printer.ts'

/** Rows of the kinds that fleets have few of: certificates, admission, flow control, storage drivers, devices. */
export const MORE_TABLES: readonly (readonly [collection: string, printer: TablePrinter])[] = [
  [
    'certificatesigningrequests.certificates.k8s.io',
    table('Age,SignerName,Requestor,RequestedDuration,Condition', (o, now) => {
      const seconds = at(o, 'spec.expirationSeconds')
      return [
        age(o, now),
        str(o, 'spec.signerName', '<none>'),
        str(o, 'spec.username'),
        typeof seconds === 'number' ? humanDuration(seconds * 1000) : '<none>',
        certificateState(o),
      ]
    }),
  ],
  [
    'replicationcontrollers',
    table('#Desired,#Current,#Ready,Age,~Containers,~Images,~Selector', (o, now) => [
      num(o, 'spec.replicas'),
      num(o, 'status.replicas'),
      num(o, 'status.readyReplicas'),
      age(o, now),
      ...containers(o, 'spec.template.spec.containers'),
      mapText(at(o, 'spec.selector')),
    ]),
  ],
  [
    'podtemplates',
    table('Containers,Images,Pod Labels', (o) => [
      ...containers(o, 'template.spec.containers'),
      mapText(at(o, 'template.metadata.labels')),
    ]),
  ],
  [
    'componentstatuses',
    table('Status,Message,Error', (o) => {
      const healthy = items(o, 'conditions').find((item) => item['type'] === 'Healthy')
      const state = healthy === undefined ? 'Unknown' : healthy['status'] === 'True' ? 'Healthy' : 'Unhealthy'
      return [state, str(healthy, 'message'), str(healthy, 'error')]
    }),
  ],
  [
    'apiservices.apiregistration.k8s.io',
    table('Service,Available,Age', (o, now) => {
      const available = items(o, 'status.conditions').find((item) => item['type'] === 'Available')
      const state = str(available, 'status', 'Unknown')
      const local = at(o, 'spec.service') === undefined
      return [
        local ? 'Local' : `${str(o, 'spec.service.namespace')}/${str(o, 'spec.service.name')}`,
        state === 'True' || available === undefined ? state : `${state} (${str(available, 'reason')})`,
        age(o, now),
      ]
    }),
  ],
  ...webhookTables(),
  ...policyTables(),
  [
    'ipaddresses.networking.k8s.io',
    table('ParentRef', (o) => {
      const { group, resource, namespace, name } = (at(o, 'spec.parentRef') ?? {}) as JsonObject
      if (name === undefined) return ['<none>']
      const kind = group === undefined || group === '' ? String(resource) : `${String(resource)}.${String(group)}`
      return [[kind.toLowerCase(), namespace, name].filter((part) => part !== undefined && part !== '').join('/')]
    }),
  ],
  ['servicecidrs.networking.k8s.io', table('CIDRs,Age', (o, now) => [texts(o, 'spec.cidrs').join(','), age(o, now)])],
  ['runtimeclasses.node.k8s.io', table('Handler,Age', (o, now) => [str(o, 'handler'), age(o, now)])],
  ['deviceclasses.resource.k8s.io', table('Age', (o, now) => [age(o, now)])],
  ['resourceclaimtemplates.resource.k8s.io', table('Age', (o, now) => [age(o, now)])],
  ['resourceclaims.resource.k8s.io', table('State,Age', (o, now) => [claimState(o), age(o, now)])],
  [
    'resourceslices.resource.k8s.io',
    table('Node,Driver,Pool,Age', (o, now) => [
      str(o, 'spec.nodeName'),
      str(o, 'spec.driver'),
      str(o, 'spec.pool.name'),
      age(o, now),
    ]),
  ],
  [
    'flowschemas.flowcontrol.apiserver.k8s.io',
    table('PriorityLevel,MatchingPrecedence,DistinguisherMethod,Age,MissingPL', (o, now) => [
      str(o, 'spec.priorityLevelConfiguration.name'),
      num(o, 'spec.matchingPrecedence'),
      str(o, 'spec.distinguisherMethod.type', '<none>'),
      age(o, now),
      str(
        items(o, 'status.conditions').find((item) => item['type'] === 'Dangling'),
        'status',
        '?',
      ),
    ]),
  ],
  [
    'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
    table('Type,NominalConcurrencyShares,Queues,HandSize,QueueLengthLimit,Age', (o, now) => {
      const queuing = 'spec.limited.limitResponse.queuing'
      return [
        str(o, 'spec.type'),
        at(o, 'spec.limited.nominalConcurrencyShares') ?? '<none>',
        at(o, `${queuing}.queues`) ?? '<none>',
        at(o, `${queuing}.handSize`) ?? '<none>',
        at(o, `${queuing}.queueLengthLimit`) ?? '<none>',
        age(o, now),
      ]
    }),
  ],
  ...storageTables(),
]

function certificateState(object: KubeObject): string {
  const has = (type: string): boolean => items(object, 'status.conditions').some((item) => item['type'] === type)
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  const issued = str(object, 'status.certificate') === '' ? '' : ',Issued'
  return `${decision}${has('Failed') ? ',Failed' : ''}${issued}`
}

function claimState(object: KubeObject): string {
  const deleted = object.metadata['deletionTimestamp'] !== undefined
  const states = deleted ? ['deleted'] : []
  if (at(object, 'status.allocation') === undefined) {
    if (!deleted) states.push('pending')
  } else states.push('allocated', ...(size(object, 'status.reservedFor') > 0 ? ['reserved'] : []))
  return states.join(',')
}

function texts(object: KubeObject, path: string): string[] {
  const value = at(object, path)
  return Array.isArray(value) ? value.map(String) : []
}

function webhookTables(): (readonly [string, TablePrinter])[] {
  const webhooks = table('#Webhooks,Age', (o, now) => [size(o, 'webhooks'), age(o, now)])
  return ['mutating', 'validating'].map((kind) => [
    `${kind}webhookconfigurations.admissionregistration.k8s.io`,
    webhooks,
  ])
}

function policyTables(): (readonly [string, TablePrinter])[] {
  const paramKind = (o: KubeObject): string =>
    at(o, 'spec.paramKind') === undefined
      ? '<unset>'
      : `${str(o, 'spec.paramKind.apiVersion')}/${str(o, 'spec.paramKind.kind')}`
  const policy = (counted: string): Cells => {
    const path = `spec.${counted.toLowerCase()}`
    return (o, now) => [size(o, path), paramKind(o), age(o, now)]
  }
  const binding = table('PolicyName,ParamRef,Age', (o, now) => [str(o, 'spec.policyName'), paramRef(o), age(o, now)])
  const group = 'admissionregistration.k8s.io'
  return [
    [`validatingadmissionpolicies.${group}`, table('#Validations,ParamKind,Age', policy('Validations'))],
    [`mutatingadmissionpolicies.${group}`, table('#Mutations,ParamKind,Age', policy('Mutations'))],
    [`validatingadmissionpolicybindings.${group}`, binding],
    [`mutatingadmissionpolicybindings.${group}`, binding],
  ]
}

function paramRef(object: KubeObject): string {
  const name = str(object, 'spec.paramRef.name')
  if (name !== '') return `${str(object, 'spec.paramRef.namespace', '*') || '*'}/${name}`
  const chosen = at(object, 'spec.paramRef.selector')
  return chosen === undefined ? '<unset>' : selector(chosen)
}

function storageTables(): (readonly [string, TablePrinter])[] {
  const attachment = table('Attacher,PV,Node,?Attached,Age', (o, now) => [
    str(o, 'spec.attacher'),
    str(o, 'spec.source.persistentVolumeName'),
    str(o, 'spec.nodeName'),
    at(o, 'status.attached') === true,
    age(o, now),
  ])
  const named = attachment.columns.map((column) =>
    column.name === 'Attacher' ? { ...column, format: 'name' } : column,
  )
  return [
    ['volumeattachments.storage.k8s.io', { ...attachment, columns: named }],
    [
      'csidrivers.storage.k8s.io',
      table('?AttachRequired,?PodInfoOnMount,?StorageCapacity,TokenRequests,?RequiresRepublish,Modes,Age', (o, now) => [
        at(o, 'spec.attachRequired') !== false,
        at(o, 'spec.podInfoOnMount') === true,
        at(o, 'spec.storageCapacity') === true,
        at(o, 'spec.tokenRequests') === undefined
          ? '<unset>'
          : items(o, 'spec.tokenRequests')
              .map((item) => str(item, 'audience'))
              .join(','),
        at(o, 'spec.requiresRepublish') === true,
        texts(o, 'spec.volumeLifecycleModes').join(',') || '<none>',
        age(o, now),
      ]),
    ],
    ['csinodes.storage.k8s.io', table('#Drivers,Age', (o, now) => [size(o, 'spec.drivers'), age(o, now)])],
    [
      'volumeattributesclasses.storage.k8s.io',
      table('DriverName,Age', (o, now) => [str(o, 'driverName'), age(o, now)]),
    ],
  ]
}

/** The scale subresource, whatever it scales. */
export const SCALE_TABLE: TablePrinter = table('#Desired,#Available,Age', (o, now) => [
  num(o, 'spec.replicas'),
  num(o, 'status.replicas'),
  age(o, now),
])
