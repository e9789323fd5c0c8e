import { checkDnsLabel, checkDnsSubdomain } from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { checkNoBacksteps } from './pod-paths.ts'
import { checkNodeSelector } from './pod-scheduling.ts'
import { checkResourceAmount, quantityOf, signOf } from './quantities.ts'
import { checkSelector } from './selectors.ts'

const MAX_DRIVER_NAME = 63

/** The name of a CSI driver (pkg/apis/core/validation `ValidateCSIDriverName`). */
export function checkDriverName(parent: Field, key: string, name: string = parent.text(key)): void {
  if (name === '') {
    parent.required(key)
    return
  }
  if (name.length > MAX_DRIVER_NAME) parent.tooLong(key, MAX_DRIVER_NAME)
  parent.faults(key, name, checkDnsSubdomain(name.toLowerCase()))
}

export const ACCESS_MODES: readonly string[] = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']

/** Access modes of claims and volumes. */
export function checkAccessModes(spec: Field): void {
  const modes = spec.texts('accessModes')
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) spec.unsupported('accessModes', mode, ACCESS_MODES)
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))
  if (modes.includes('ReadWriteOncePod') && others) {
    spec.forbidden('accessModes', 'may not use ReadWriteOncePod with other access modes')
  }
}

function checkSource(source: Field): void {
  if (source.text('name') === '') source.required('name')
  if (source.text('kind') === '') source.required('kind')
  const group = source.text('apiGroup')
  if (group === '' && source.text('kind') !== 'PersistentVolumeClaim') {
    source.invalid('', source.text('kind'), "must be 'PersistentVolumeClaim' when referencing the default apiGroup")
  }
  if (group !== '') source.faults('apiGroup', group, checkDnsSubdomain(group))
  const namespace = source.text('namespace')
  if (namespace !== '') source.faults('namespace', namespace, checkDnsLabel(namespace))
}

/** The spec of a PersistentVolumeClaim, also in templates. */
export function checkClaimSpec(spec: Field): void {
  if (spec.count('accessModes') === 0) spec.required('accessModes', 'at least 1 access mode is required')
  checkSelector(spec, 'selector')
  checkAccessModes(spec)
  const size = spec.object('resources')?.object('requests')?.value['storage']
  const quantity = quantityOf(size)
  if (quantity === undefined) spec.required('resources[storage]')
  else if (signOf(quantity) <= 0) spec.invalid('resources[storage]', String(size), 'must be greater than zero')
  else checkResourceAmount(spec, 'resources[storage]', 'storage', size)
  const storageClass = spec.text('storageClassName')
  if (storageClass !== '') spec.faults('storageClassName', storageClass, checkDnsSubdomain(storageClass))
  if (spec.given('volumeMode')) spec.oneOf('volumeMode', ['Block', 'Filesystem'])
  for (const key of ['dataSource', 'dataSourceRef']) {
    const source = spec.object(key)
    if (source !== undefined) checkSource(source)
  }
  const [source, reference] = [spec.object('dataSource'), spec.object('dataSourceRef')]
  if (source !== undefined && reference !== undefined) {
    // Upstream shows the path where a value should be, which prints as an empty object.
    if (reference.text('namespace') !== '') {
      spec.invalid('', {}, 'may not be specified when dataSourceRef.namespace is specified')
    } else if (['apiGroup', 'kind', 'name'].some((key) => source.text(key) !== reference.text(key))) {
      spec.invalid('', {}, 'must match dataSourceRef')
    }
  }
  const attributes = spec.text('volumeAttributesClassName')
  if (attributes !== '') spec.faults('volumeAttributesClassName', attributes, checkDnsSubdomain(attributes))
}

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]
const SOURCES = [
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cephfs',
  'cinder',
  'csi',
  'fc',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'glusterfs',
  'hostPath',
  'iscsi',
  'local',
  'nfs',
  'photonPersistentDisk',
  'portworxVolume',
  'quobyte',
  'rbd',
  'scaleIO',
  'storageos',
  'vsphereVolume',
]

const INLINE = 'in the context of inline volumes'

function checkInlineHead(spec: Field): void {
  for (const key of ['claimRef', 'capacity']) {
    const set = key === 'capacity' ? spec.count(key) > 0 : spec.given(key)
    if (set) spec.forbidden(key, `may not be specified ${INLINE}`)
  }
  if (!spec.given('csi')) spec.required('csi', `has to be specified ${INLINE}`)
}

function checkInlineRest(spec: Field): void {
  const policy = spec.text('persistentVolumeReclaimPolicy')
  if (policy !== '' && policy !== 'Retain') {
    spec.forbidden('persistentVolumeReclaimPolicy', `may only be Retain ${INLINE}`)
  }
  if (spec.given('nodeAffinity')) spec.forbidden('nodeAffinity', `may not be specified ${INLINE}`)
}

/** Size, what becomes of it, and where: what only volumes of their own have. */
function checkOwnSize(spec: Field): void {
  const capacity = spec.object('capacity')?.value ?? {}
  const names = Object.keys(capacity)
  if (names.length === 0) spec.required('capacity')
  if (capacity['storage'] === undefined || names.length > 1)
    spec.unsupported('capacity', spec.given('capacity') ? capacity : null, ['storage'])
  for (const name of names) {
    const quantity = quantityOf(capacity[name])
    if (quantity !== undefined && signOf(quantity) <= 0) {
      spec.invalid(`capacity[${name}]`, String(capacity[name]), 'must be greater than zero')
    }
  }
  if (spec.text('persistentVolumeReclaimPolicy') !== '') {
    spec.oneOf('persistentVolumeReclaimPolicy', ['Delete', 'Recycle', 'Retain'])
  }
  const affinity = spec.object('nodeAffinity')
  const required = affinity?.object('required')
  if (affinity !== undefined && required === undefined) {
    affinity.required('required', 'must specify required node constraints')
  }
  if (required !== undefined) checkNodeSelector(required)
}

/** The spec of a PersistentVolume (pkg/apis/core/validation `ValidatePersistentVolumeSpec`), or one inside an attachment. */
export function checkVolumeSpec(spec: Field, inline = false): void {
  if (inline) checkInlineHead(spec)
  if (spec.count('accessModes') === 0) spec.required('accessModes')
  checkAccessModes(spec)
  if (inline) checkInlineRest(spec)
  else checkOwnSize(spec)
  const found = SOURCES.filter((key) => spec.given(key))
  for (const key of found.slice(1)) spec.forbidden(key, 'may not specify more than 1 volume type')
  const hostPath = found[0] === 'hostPath' ? spec.object('hostPath') : undefined
  if (hostPath !== undefined) {
    if (hostPath.text('path') === '') hostPath.required('path')
    else checkNoBacksteps(hostPath, 'path', hostPath.text('path'))
    hostPath.oneOf('type', HOST_PATH_TYPES)
  }
  const csi = found[0] === 'csi' ? spec.object('csi') : undefined
  if (csi !== undefined) {
    checkDriverName(csi, 'driver')
    if (csi.text('volumeHandle') === '') csi.required('volumeHandle')
  }
  if (found.length === 0) spec.required('', 'must specify a volume type')
  const storageClass = spec.text('storageClassName')
  if (inline && storageClass !== '') spec.forbidden('storageClassName', `may not be specified ${INLINE}`)
  else if (storageClass !== '') spec.faults('storageClassName', storageClass, checkDnsSubdomain(storageClass))
  if (spec.given('volumeMode')) spec.oneOf('volumeMode', ['Block', 'Filesystem'])
}
