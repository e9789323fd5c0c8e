import { checkDnsLabel, checkDnsSubdomain } from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { checkNoBacksteps } from './pod-paths.ts'
import { checkNodeSelector } from './pod-scheduling.ts'
import { checkResourceAmount, quantityOf, signOf } from './quantities.ts'
import { checkSelector } from './selectors.ts'

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

/** The spec of a PersistentVolume (pkg/apis/core/validation `ValidatePersistentVolumeSpec`). */
export function checkVolumeSpec(spec: Field): void {
  if (spec.count('accessModes') === 0) spec.required('accessModes')
  checkAccessModes(spec)
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
  const found = SOURCES.filter((key) => spec.given(key))
  for (const key of found.slice(1)) spec.forbidden(key, 'may not specify more than 1 volume type')
  const hostPath = found[0] === 'hostPath' ? spec.object('hostPath') : undefined
  if (hostPath !== undefined) {
    if (hostPath.text('path') === '') hostPath.required('path')
    else checkNoBacksteps(hostPath, 'path', hostPath.text('path'))
    hostPath.oneOf('type', HOST_PATH_TYPES)
  }
  if (found.length === 0) spec.required('', 'must specify a volume type')
  const storageClass = spec.text('storageClassName')
  if (storageClass !== '') spec.faults('storageClassName', storageClass, checkDnsSubdomain(storageClass))
  if (spec.given('volumeMode')) spec.oneOf('volumeMode', ['Block', 'Filesystem'])
}
