import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getIn, type JsonObject, rfc3339 } from '../../../src/base/index.ts'
import { augmentStatus, computeStatus, type KubeObject } from '../../../src/kube/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
}

interface Case {
  readonly id: string
  readonly object: KubeObject
  readonly status?: string
  readonly error?: boolean
  readonly conditions?: readonly Condition[]
  readonly absentConditions?: readonly string[]
}

export const suite: ConformanceSuite = { name: 'kstatus', corpus: 'conformance/kstatus', run }

const now = Date.UTC(2026, 0, 1, 12)

function* run(corpusDir: string, filter: (id: string) => boolean): Iterable<CaseResult> {
  for (const [name, check] of [
    ['compute', checkCompute],
    ['augment', checkAugment],
  ] as const) {
    const text = readFileSync(join(corpusDir, `${name}.json`), 'utf8').replace(
      /"now([-+]\d+)s"/g,
      (_, seconds: string) => JSON.stringify(rfc3339(now + Number(seconds) * 1000)),
    )
    for (const test of (JSON.parse(text) as { cases: Case[] }).cases) {
      if (!filter(test.id)) continue
      const detail = check(test)
      yield { id: test.id, pass: detail === undefined, ...(detail === undefined ? {} : { detail }) }
    }
  }
}

function checkCompute(test: Case): string | undefined {
  const got = computeStatus(test.object, { now })
  if (!got.ok) return test.error === true ? undefined : got.error
  if (test.error === true) return 'expected an error'
  const { status, conditions } = got.value
  if (status !== test.status) return `expected ${test.status}, got ${status}: ${got.value.message}`
  for (const wanted of test.conditions ?? []) {
    const found = conditions.find((condition) => condition.type === wanted.type)
    if (found?.status !== wanted.status || found.reason !== wanted.reason) return `condition ${JSON.stringify(found)}`
  }
  const extra = conditions.find((condition) => test.absentConditions?.includes(condition.type))
  return extra === undefined ? undefined : `unexpected ${JSON.stringify(extra)}`
}

function checkAugment(test: Case): string | undefined {
  const got = augmentStatus(test.object, { now })
  if (!got.ok) return got.error
  const show = (list: readonly { type?: unknown; reason?: unknown }[]): string =>
    list
      .map(({ type, reason }) => `${type}=${reason}`)
      .sort()
      .join(' ')
  const conditions = show((getIn(got.value, ['status', 'conditions']) ?? []) as JsonObject[])
  const wanted = show(test.conditions ?? [])
  return conditions === wanted ? undefined : `expected ${wanted}\ngot ${conditions}`
}
