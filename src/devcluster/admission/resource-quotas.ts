import { isObject } from '../../base/index.ts'
import { compareQuantities } from '../../kube/index.ts'
import { forbidden } from '../http/errors.ts'
import type { Admission } from '../operations/admission.ts'
import { namespaceUsage, quantity, sum, type Usage, usageOf, usageText } from './quota-usage.ts'

const COMPUTE = /^(?:(?:requests|limits)\.)?(?:cpu|memory|ephemeral-storage)$/

/** ResourceQuotas: nothing is created beyond what a namespace may hold (plugin ResourceQuota). */
export const resourceQuotas: Admission = {
  validate: (machine, { operation, type, namespace, name, object }) => {
    if (operation !== 'CREATE' || namespace === '' || object === undefined) return
    const quotas = machine.store.collection('resourcequotas').list(namespace)
    if (quotas.length === 0) return
    const wanted = usageOf(type.collection, object)
    for (const { object: quota } of quotas) {
      const spec = isObject(quota['spec']) ? quota['spec'] : {}
      const hard = isObject(spec['hard']) ? spec['hard'] : {}
      if (type.collection === 'pods') {
        const missing = Object.keys(hard).filter((key) => COMPUTE.test(key) && !wanted.has(key))
        if (missing.length > 0) {
          throw forbidden(
            type,
            name,
            `failed quota: ${quota.metadata.name}: must specify ${missing.sort().join(',')} for: ${containerNames(object)}`,
          )
        }
      }
      const concerned = Object.keys(hard).filter((key) => wanted.has(key))
      const used = namespaceUsage(machine, namespace, concerned)
      const limits: Usage = new Map(
        concerned.flatMap((key) => (quantity(hard[key]) === undefined ? [] : [[key, quantity(hard[key])!] as const])),
      )
      const over = concerned.filter(
        (key) => limits.has(key) && compareQuantities(sum(used.get(key), wanted.get(key)!), limits.get(key)!) > 0,
      )
      if (over.length === 0) continue
      const why = `exceeded quota: ${quota.metadata.name}, requested: ${usageText(wanted, over)}, used: ${usageText(used, over)}, limited: ${usageText(limits, over)}`
      throw forbidden(type, name, why)
    }
  },
}

function containerNames(pod: { [key: string]: unknown }): string {
  const spec = pod['spec'] as { containers?: { name?: unknown }[] } | undefined
  return (spec?.containers ?? []).map((container) => String(container.name)).join(',')
}
