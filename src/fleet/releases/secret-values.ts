import { isObject, type JsonValue } from '../../base/index.ts'
import { valuesReferences } from '../../flux/index.ts'
import { parseYaml } from '../../yaml/index.ts'
import type { Fleet } from '../types.ts'
import { dataOf } from './data.ts'
import type { FleetRelease } from './list.ts'

/** Shorter texts would mask what is no secret: `admin`, `true`, ports. */
const minLength = 6
/** Texts of a Secret beyond this many are masked as one whole only. */
const maxTexts = 10_000

/**
 * Masks the values that a release takes from Secrets in texts for people: messages of charts and schemas quote values,
 * and templates put them into objects that are no Secrets.
 */
export function secretMask(fleet: Fleet, release: FleetRelease): (text: string) => string {
  const texts = new Set<string>()
  for (const { kind, name, namespace, valuesKey, targetPath } of valuesReferences(release.object)) {
    if (kind !== 'Secret') continue
    const data = dataOf(fleet, release.cluster, { apiVersion: 'v1', kind, name, namespace })
    const text = typeof data === 'string' ? undefined : data.get(valuesKey)
    if (text === undefined) continue
    if (targetPath !== '') texts.add(text.trim())
    else for (const value of parseYaml(text).value) collect(value, texts)
  }
  // Longer ones first: one may be part of another.
  const secrets = [...texts].filter((text) => text.length >= minLength).sort((a, b) => b.length - a.length)
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}

function collect(root: JsonValue, into: Set<string>): void {
  const pending: JsonValue[] = [root]
  for (let next = pending.pop(); next !== undefined && into.size < maxTexts; next = pending.pop()) {
    if (typeof next === 'string') into.add(next)
    else if (Array.isArray(next)) pending.push(...next)
    else if (isObject(next)) pending.push(...Object.values(next))
  }
}
