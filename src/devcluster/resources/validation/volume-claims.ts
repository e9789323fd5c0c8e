import { checkDnsLabel, checkDnsSubdomain } from '../../../kube/index.ts'
import type { Field } from './field.ts'
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
