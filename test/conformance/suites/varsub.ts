import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { isObject, type JsonObject } from '../../../src/base/index.ts'
import { loadVariables, substituteObject, variableData } from '../../../src/flux/index.ts'
import type { KubeObject } from '../../../src/kube/index.ts'
import { parseYaml, stringifyYaml } from '../../../src/yaml/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

interface Case {
  readonly id: string
  readonly kustomization: JsonObject
  readonly clusterObjects: readonly KubeObject[]
  readonly resource: string
  readonly kustomizeNamespace?: string
  readonly options?: { readonly strict?: boolean; readonly always?: boolean }
  readonly expect: {
    readonly object?: JsonObject
    readonly skipped?: boolean
    readonly ok?: boolean
    readonly errorContains?: string | readonly string[]
    readonly contains?: readonly string[]
    readonly notContains?: readonly string[]
  }
}

/** Post-build substitution of a Kustomization's built resources. */
export const suite: ConformanceSuite = {
  name: 'varsub',
  corpus: 'conformance/varsub',
  *run(corpusDir, filter) {
    const { cases } = JSON.parse(readFileSync(join(corpusDir, 'substitute.json'), 'utf8')) as { cases: Case[] }
    for (const one of cases) if (filter(one.id)) yield check(one)
  },
}

interface Outcome {
  readonly object?: JsonObject
  readonly skipped?: boolean
  readonly error?: string
}

function substitute(one: Case): Outcome {
  const object = parseYaml(one.resource).value[0] as KubeObject
  if (one.kustomizeNamespace !== undefined) object.metadata['namespace'] = one.kustomizeNamespace
  const loaded = loadVariables(one.kustomization, ({ kind, name }) => {
    const found = one.clusterObjects.find((other) => other.kind === kind && other.metadata.name === name)
    return found === undefined ? { missing: `${kind} "${name}" not found` } : { data: variableData(found) }
  })
  const problem = loaded.problems[0]
  if (problem !== undefined) return { error: problem.message }
  const outcome = substituteObject(object, {
    variables: loaded.value ?? new Map(),
    strict: one.options?.strict ?? false,
    always: one.options?.always ?? false,
  })
  if ('error' in outcome) return { error: outcome.error }
  return outcome.object === undefined ? { object, skipped: true } : { object: outcome.object }
}

function check(one: Case): CaseResult {
  const { expect } = one
  const got = substitute(one)
  const text = got.object === undefined ? '' : stringifyYaml(got.object)
  const wanted = [expect.errorContains ?? []].flat()
  const pass =
    (wanted.length === 0 ? got.error === undefined : wanted.every((part) => got.error?.includes(part) === true)) &&
    (expect.skipped !== true || got.skipped === true) &&
    (!isObject(expect.object) || isDeepStrictEqual(got.object, expect.object)) &&
    (expect.contains ?? []).every((part) => text.includes(part)) &&
    (expect.notContains ?? []).every((part) => !text.includes(part))
  return { id: one.id, pass, detail: JSON.stringify({ expect, got }) }
}
