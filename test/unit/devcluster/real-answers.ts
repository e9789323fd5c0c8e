import { isObject, type JsonObject, type JsonValue } from '../../../src/base/index.ts'

/** What differs from run to run or from cluster to cluster: times, identifiers, versions, addresses. */
const VOLATILE = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'time',
  'deletionTimestamp',
  'lastTransitionTime',
  'lastUpdateTime',
  'lastProbeTime',
  'resourceVersionMatch',
])
const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** A text of an answer without what is volatile; `namespace` is the one that the requests are about. */
export function stableText(text: string, namespace: string): string {
  return text
    .replaceAll(namespace, 't')
    .replace(/(resourceVersion\\*":\\*")\d+/g, '$1<rv>')
    .replace(/resourceVersion: "\d+"/g, 'resourceVersion: "<rv>"')
    .replace(/current: \d+/g, 'current: <rv>')
    .replace(/in record \(\d+\)/g, 'in record (<rv>)')
    .replace(UID, '<uid>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<t>')
    .replace(/10\.\d+\.\d+\.\d+/g, '<ip>')
    .replace(/g-[a-z0-9]{5}\b/g, 'g-<r>')
    .replace(/G_[a-z0-9]{5}\b/g, 'G_<r>')
    .replace(/kube-api-access-\w{5}/g, 'kube-api-access-<r>')
    .replace(/x{60,}/g, 'X*')
    .replace(/f{60,}/g, 'F*')
    .replace(/https:\/\/127.0.0.1:\d+/g, '<base>')
}

/** A value in the form that the fixtures hold: sorted, without what is volatile. */
export function stable(value: JsonValue, namespace: string): JsonValue {
  if (typeof value === 'string') return stableText(value, namespace)
  if (Array.isArray(value)) return value.map((item) => stable(item, namespace))
  if (!isObject(value)) return value
  const out: JsonObject = {}
  for (const key of Object.keys(value).sort()) out[key] = stableMember(key, value[key]!, namespace)
  return out
}

function stableMember(key: string, value: JsonValue, namespace: string): JsonValue {
  const text = typeof value === 'string' && value !== ''
  if (VOLATILE.has(key) && text) return `<${key}>`
  if (key === 'ca.crt') return '<ca>'
  if (key === 'kubernetes.io/description') return '<description>'
  if (key === 'clusterIP' && text && value !== 'None') return '<ip>'
  if (key === 'clusterIPs' && Array.isArray(value)) return value.map((ip) => (ip === 'None' ? ip : '<ip>'))
  if (/^(nodePort|healthCheckNodePort)$/.test(key) && typeof value === 'number' && value >= 30_000) return '<np>'
  if ((key === 'continue' || key === 'token') && text) return `<${key}>`
  if (key === 'cells' && Array.isArray(value)) {
    return value.map((cell) =>
      typeof cell === 'string' && /^\d+[smhd](\d+[smh])?$/.test(cell) ? '<age>' : stable(cell, namespace),
    )
  }
  if (key === 'columnDefinitions' && Array.isArray(value)) {
    // Descriptions of columns are our own words.
    return value.map((column) => {
      const { description: _description, ...rest } = isObject(column) ? column : {}
      return rest
    })
  }
  return key === 'fieldsV1' ? JSON.stringify(stable(value, namespace)) : stable(value, namespace)
}
