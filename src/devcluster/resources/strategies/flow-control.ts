import type { JsonObject } from '../../../base/index.ts'
import type { Strategy } from '../strategy.ts'
import { collect } from '../validation/field.ts'
import { checkFlowSchemaSpec, checkPriorityLevelSpec } from '../validation/flow-control.ts'
import { ensure, list, preset, sub, text } from './draft.ts'

/** Sets a number that is absent, null or 0: numbers that Go holds by value. */
function presetNumber(parent: JsonObject, key: string, value: number): void {
  if ((parent[key] ?? 0) === 0) parent[key] = value
}

export const flowSchema: Strategy = {
  generation: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    presetNumber(spec, 'matchingPrecedence', 1000)
    for (const rule of list(spec, 'rules')) {
      for (const part of list(rule, 'resourceRules')) {
        // Written even when it is empty, unlike its neighbours.
        if (Array.isArray(part['namespaces']) && part['namespaces'].length === 0) part['namespaces'] = null
      }
    }
  },
  validate: (object) =>
    collect(object['spec'], 'spec', (spec) => checkFlowSchemaSpec(spec, text(object.metadata, 'name'))),
}

export const priorityLevel: Strategy = {
  generation: true,
  defaults: (draft) => {
    const limited = sub(draft, 'spec', 'limited')
    const exempt = sub(draft, 'spec', 'exempt')
    if (limited !== undefined) preset(limited, 'nominalConcurrencyShares', 30)
    if (exempt !== undefined) preset(exempt, 'nominalConcurrencyShares', 0)
    for (const part of [limited, exempt]) if (part !== undefined) preset(part, 'lendablePercent', 0)
    const queuing = sub(limited, 'limitResponse', 'queuing')
    if (queuing === undefined) return
    presetNumber(queuing, 'queues', 64)
    presetNumber(queuing, 'handSize', 8)
    presetNumber(queuing, 'queueLengthLimit', 50)
  },
  validate: (object) =>
    collect(object['spec'], 'spec', (spec) => checkPriorityLevelSpec(spec, text(object.metadata, 'name'))),
}
