import { compareStrings } from '../../base/index.ts'
import type { Condition } from './types.ts'

const weights: Readonly<Record<string, number>> = { Stalled: 0, Reconciling: 1, Ready: 2 }

/**
 * The order in which Flux keeps conditions: Stalled, Reconciling, Ready, then newest observed generation first, then by
 * type (fluxcd/pkg runtime/conditions/setter.go).
 */
export function compareConditions(a: Condition, b: Condition): number {
  const weightA = Object.hasOwn(weights, a.type) ? weights[a.type] : undefined
  const weightB = Object.hasOwn(weights, b.type) ? weights[b.type] : undefined
  if (weightA !== undefined && weightB !== undefined) return weightA - weightB
  if (weightA !== undefined) return -1
  if (weightB !== undefined) return 1
  const generationA = a.observedGeneration ?? 0
  const generationB = b.observedGeneration ?? 0
  return generationA === generationB ? compareStrings(a.type, b.type) : generationB - generationA
}
