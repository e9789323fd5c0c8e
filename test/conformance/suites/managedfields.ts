import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getIn, type JsonObject, type JsonValue } from '../../../src/base/index.ts'
import {
  createFieldManager,
  createTypeConverter,
  type FieldManager,
  fieldSetFromJson,
  type KubeObject,
  type KubeStatus,
  lastAppliedAnnotation,
  pathText,
  stringifyJson,
} from '../../../src/kube/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

// biome-ignore lint/suspicious/noExplicitAny: corpus cases are read as they are
type Case = any

export const suite: ConformanceSuite = { name: 'managedfields', corpus: 'conformance/managedfields', run }

const types = createTypeConverter(createSchemaRegistry())

function* run(corpusDir: string, filter: (id: string) => boolean): Iterable<CaseResult> {
  for (const name of ['field-manager', 'last-applied', 'skip-non-applied']) {
    const file = JSON.parse(readFileSync(join(corpusDir, `${name}.json`), 'utf8')) as Case
    const manager = createFieldManager(types, { trackOnCreate: name !== 'skip-non-applied' })
    for (const test of file.cases as Case[]) {
      if (!filter(test.id)) continue
      let detail: string | undefined
      try {
        detail = test.steps === undefined ? runLastApplied(test, manager) : runSteps(test.steps, manager)
      } catch (error) {
        detail = error instanceof Error ? error.stack : String(error)
      }
      yield { id: test.id, pass: detail === undefined, ...(detail === undefined ? {} : { detail }) }
    }
  }
}

/** The live object of a case, changed by its steps. */
interface State {
  live: KubeObject
  subresource?: string
  now: number
  /** managedFields after each operation. */
  readonly history: JsonValue[]
}

function runSteps(steps: readonly Case[], manager: FieldManager): string | undefined {
  let state = newState({ apiVersion: 'v1', kind: 'Pod' })
  for (const [i, step] of steps.entries()) {
    if (step.op === 'newObject') state = newState(step)
    else {
      const fault = runStep(step, state, manager)
      if (fault !== undefined) return `step ${i} ${step.op}: ${fault}`
    }
  }
  return undefined
}

function newState(step: Case): State {
  const live = { apiVersion: step.apiVersion, kind: step.kind } as KubeObject
  return {
    live,
    now: Date.UTC(2026, 0, 1),
    history: [],
    ...(step.subresource ? { subresource: step.subresource } : {}),
  }
}

function runStep(step: Case, state: State, manager: FieldManager): string | undefined {
  switch (step.op) {
    case 'update':
    case 'apply':
      return operate(step, state, manager)
    case 'check':
      return checkText(step, getIn(state.live, step.path))
    case 'checkManagedFieldsCount':
      return checkCount(step, entries(state.live).length)
    case 'checkManagedFieldsEntry': {
      const entry = entries(state.live)[step.index]
      return entry?.['manager'] === step.manager ? undefined : `got ${stringifyJson(entry ?? null)}`
    }
    case 'checkManagedFieldsUnchanged': {
      const [before, after] = state.history.slice(-2)
      return (stringifyJson(before!) === stringifyJson(after!)) === step.want ? undefined : 'managedFields differ'
    }
    default:
      return 'unknown step'
  }
}

function operate(step: Case, state: State, manager: FieldManager): string | undefined {
  state.now += 5000
  const options = {
    manager: step.manager as string,
    now: state.now,
    ...(state.subresource === undefined ? {} : { subresource: state.subresource }),
  }
  let status: KubeStatus | undefined
  if (step.op === 'update') state.live = manager.update(state.live, step.object, options)
  else {
    const outcome = manager.apply(state.live, step.object, { ...options, force: step.force })
    if (outcome.ok) state.live = outcome.value.object
    else status = outcome.error
  }
  state.history.push(entries(state.live))
  return checkStatus(step.expect, status)
}

function checkStatus(expect: Case, status: KubeStatus | undefined): string | undefined {
  if (expect.error !== (status !== undefined)) return status?.message ?? 'expected an error'
  if (expect.conflict && status?.code !== 409) return `expected a conflict, got ${status?.message}`
  if (expect.code !== undefined && status?.code !== expect.code) return `expected ${expect.code}, got ${status?.code}`
  const causes = getIn(status, ['details', 'causes'])
  if (expect.causes !== undefined && (causes as JsonValue[]).length !== expect.causes) return 'wrong number of causes'
  const first = getIn(causes, [0, 'field'])
  if (expect.cause0Field !== undefined && first !== expect.cause0Field) return `first cause ${String(first)}`
  return undefined
}

function checkText(step: Case, value: JsonValue | undefined): string | undefined {
  const text = typeof value === 'string' ? value : ''
  if (step.contains !== undefined && text.includes(step.contains) !== step.want) return `got ${text}`
  if (step.equals !== undefined && text !== step.equals) return `got ${text}`
  if (step.notEquals !== undefined && text === step.notEquals) return `got ${text}`
  if (step.length !== undefined && text.length !== step.length) return `length ${text.length}`
  if (step.lengthNot !== undefined && text.length === step.lengthNot) return `length ${text.length}`
  return undefined
}

function checkCount(step: Case, count: number): string | undefined {
  const right =
    (step.count === undefined || count === step.count) &&
    (step.countNot === undefined || count !== step.countNot) &&
    (step.countAtLeast === undefined || count >= step.countAtLeast)
  return right ? undefined : `got ${count} entries`
}

function runLastApplied(test: Case, manager: FieldManager): string | undefined {
  const original = structuredClone(test.original) as KubeObject
  original.metadata['annotations'] = {
    ...(original.metadata['annotations'] as JsonObject | undefined),
    [lastAppliedAnnotation]: stringifyJson(test.lastApplied),
  }
  const empty = { apiVersion: test.gvk.apiVersion, kind: test.gvk.kind } as KubeObject
  const now = Date.UTC(2026, 0, 1)
  const live = manager.update(empty, original, { manager: 'test_client_side_apply', now })
  const options = { manager: test.fieldManager as string, now: now + 1000 }
  const outcome = manager.apply(live, test.applied, options)
  if (test.conflicts === null) return outcome.ok ? undefined : outcome.error.message
  if (outcome.ok) return 'expected conflicts'
  const expected = fieldSetFromJson(test.conflicts)
  if (!expected.ok) return expected.error
  const causes = getIn(outcome.error, ['details', 'causes']) as JsonObject[]
  const got = causes.map((cause) => cause['field']).sort()
  const wanted = expected.value.paths().map(pathText).sort()
  if (stringifyJson(got as JsonValue) !== stringifyJson(wanted)) return `expected ${wanted}\ngot ${got}`
  const forced = manager.apply(live, test.applied, { ...options, force: true })
  return forced.ok ? undefined : forced.error.message
}

function entries(object: KubeObject): JsonObject[] {
  const value = object.metadata?.['managedFields']
  return Array.isArray(value) ? (value as JsonObject[]) : []
}
