import { checkDnsSubdomain, checkQualifiedName } from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { checkDriverName, checkVolumeSpec } from './volume-claims.ts'

const MAX_NODE_ID = 256

/** One driver of a CSINode (pkg/apis/storage/validation); `names`: those before it. */
export function checkNodeDriver(driver: Field, names: Set<string>): void {
  checkDriverName(driver, 'name')
  const id = driver.text('nodeID')
  if (id === '') driver.required('nodeID')
  if (id.length > MAX_NODE_ID) driver.invalid('nodeID', id, `must be ${MAX_NODE_ID} characters or less`)
  driver.object('allocatable')?.nonNegative('count')
  const name = driver.text('name')
  if (names.has(name)) driver.duplicate('name', name)
  names.add(name)
  const keys = driver.texts('topologyKeys')
  for (const [i, key] of keys.entries()) {
    if (key === '') driver.required('')
    if (keys.indexOf(key) < i) driver.duplicate('', key)
    driver.faults('', key, checkQualifiedName(key))
  }
}

/** Spec of a VolumeAttachment. */
export function checkAttachment(spec: Field): void {
  checkDriverName(spec, 'attacher')
  const source = spec.struct('source')
  const inline = source.object('inlineVolumeSpec')
  const named = source.given('persistentVolumeName')
  if (named === (inline !== undefined)) {
    const why = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
    if (named) spec.forbidden('source', why)
    else spec.required('source', why)
  } else if (inline !== undefined) checkVolumeSpec(inline, true)
  else if (source.text('persistentVolumeName') === '') {
    source.required('persistentVolumeName', 'must specify non empty persistentVolumeName')
  }
  const node = spec.text('nodeName')
  spec.faults('nodeName', node, checkDnsSubdomain(node))
  const volume = source.text('persistentVolumeName')
  if (named) source.faults('persistentVolumeName', volume, checkDnsSubdomain(volume))
}
