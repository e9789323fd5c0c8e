import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject, JsonValue } from '../../../src/base/index.ts'
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicPatch,
  compareValues,
  createMergePatch,
  createThreeWayMergePatch,
  createThreeWayPatch,
  createTwoWayPatch,
  jsonPatchEqual,
  type Outcome,
  onlyNullMembers,
  type PatchSchema,
  parseJson,
  patchSchemaOf,
  sortMergeLists,
  stringifyJson,
  withoutNullMembers,
} from '../../../src/kube/index.ts'
import type { StructuralSchema } from '../../../src/schema/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

// biome-ignore lint/suspicious/noExplicitAny: corpus cases are read as they are, each suite with its own shape
type Case = any

/** Answers what went wrong, or nothing. */
type Check = (test: Case, schema: PatchSchema) => string | undefined

export const suite: ConformanceSuite = { name: 'patch', corpus: 'conformance/patch', run }

function* run(corpusDir: string, filter: (id: string) => boolean): Iterable<CaseResult> {
  for (const [name, check] of Object.entries(checks)) {
    const file = readJson(join(corpusDir, `${name}.json`)) as Case
    const schema = file.schemaFile === undefined ? patchSchemaOf({}, '') : readSchema(corpusDir, file)
    for (const test of file.cases as Case[]) {
      if (!filter(test.id)) continue
      let detail: string | undefined
      try {
        detail = check(test, schema)
      } catch (error) {
        detail = error instanceof Error ? error.stack : String(error)
      }
      yield { id: test.id, pass: detail === undefined, ...(detail === undefined ? {} : { detail }) }
    }
  }
}

function readSchema(corpusDir: string, file: Case): PatchSchema {
  const document = readJson(join(corpusDir, file.schemaFile)) as Case
  const schemas = document.components.schemas as Record<string, StructuralSchema>
  return patchSchemaOf(schemas[file.schemaName]!, file.schemaName, (reference) => schemas[reference.split('/').at(-1)!])
}

const checks: Readonly<Record<string, Check>> = {
  'jsonmerge-3way': (test) => {
    const current = test.current ?? {}
    const got = createThreeWayMergePatch(test.original ?? {}, test.modified ?? {}, current)
    if (!got.ok) return got.error
    return same(got.value, test.threeWay) ?? same(applyMergePatch(current, got.value), test.result)
  },
  'jsonmerge-nulls': (test) =>
    same(onlyNullMembers(test.object), test.onlyNulls) ?? same(withoutNullMembers(test.object), test.withoutNulls),
  jsonpatch: (test) => {
    // Upstream's tests run with this limit.
    const got = applyJsonPatch(json(test.doc), json(test.patch), { copyLimit: 100 })
    if (test.error) return got.ok ? 'expected an error' : undefined
    if (test.testPasses === false) {
      if (got.ok) return 'expected the test to fail'
      return got.error.includes(test.failedPath) ? undefined : got.error
    }
    if (!got.ok) return got.error
    if (test.differsFromDoc) return same(got.value, json(test.doc)) === undefined ? 'did not change' : undefined
    return test.result === undefined ? undefined : same(got.value, test.result)
  },
  'jsonpatch-equal': (test) => same(jsonPatchEqual(json(test.a), json(test.b)), test.equal),
  'jsonpatch-rfc6902': (test) => {
    const got = applyJsonPatch(test.doc, test.patch, { strict: true })
    if (test.error !== undefined) return got.ok ? `expected ${test.error}, got ${stringifyJson(got.value)}` : undefined
    return got.ok ? same(got.value, test.result) : got.error
  },
  mergepatch: (test) =>
    test.original === undefined
      ? same(applyMergePatch(test.doc, test.patch), test.result)
      : same(createMergePatch(test.original, test.modified), test.patch),
  smp: checkBoth,
  'smp-raw': checkBoth,
  'smp-apply': (test, schema) => {
    const sorted = (object: JsonObject) => sortIf(test, object, schema)
    const got = applyStrategicPatch(sorted(test.original ?? {}), test.patch, schema)
    if (test.error !== undefined) {
      if (got.ok) return `expected ${test.error}`
      return got.error.includes(test.error) ? undefined : got.error
    }
    return got.ok ? same(sorted(got.value), sorted(test.result)) : got.error
  },
  'smp-numbers': (test, schema) => {
    const [before, after] = [parseJson(test.oldText) as JsonObject, parseJson(test.newText) as JsonObject]
    const patch = createTwoWayPatch(before, after, schema)
    if (!patch.ok) return patch.error
    const result = applyStrategicPatch(before, patch.value, schema)
    return sameText(patch, test.patchText) ?? sameText(result, test.resultText)
  },
  'smp-sort': (test, schema) => {
    const got = sortMergeLists(test.original, schema)
    return got.ok ? same(got.value, test.sorted) : got.error
  },
  'smp-unknown-field': (test, schema) => {
    const [original, modified, current] = [test.original, test.modified, test.current].map(
      (text: string) => parseJson(text) as JsonObject,
    ) as [JsonObject, JsonObject, JsonObject]
    const twoWay = createTwoWayPatch(original, modified, schema)
    if (!twoWay.ok) return twoWay.error
    const threeWay = createThreeWayPatch({ original, modified, current }, schema, false)
    if (!threeWay.ok) return threeWay.error
    return (
      sameText(twoWay, test.expectedTwoWay) ??
      sameText(applyStrategicPatch(original, twoWay.value, schema), test.expectedTwoWayResult) ??
      sameText(threeWay, test.expectedThreeWay) ??
      sameText(applyStrategicPatch(current, threeWay.value, schema), test.expectedThreeWayResult)
    )
  },
}

/** Two-way and three-way patches, each made and applied. */
function checkBoth(test: Case, schema: PatchSchema): string | undefined {
  const sorted = (object: JsonObject) => sortIf(test, object, schema)
  const original = sorted(test.original ?? {})
  const modified = sorted(test.modified ?? {})
  const current = sorted(test.current ?? {})
  if (test.twoWay !== undefined) {
    const patch = createTwoWayPatch(original, modified, schema)
    if (!patch.ok) return `two-way: ${patch.error}`
    const result = applyStrategicPatch(original, patch.value, schema)
    if (!result.ok) return `two-way result: ${result.error}`
    const wanted = test.twoWayResult ?? test.modified
    const fault = same(sorted(patch.value), sorted(test.twoWay)) ?? same(sorted(result.value), sorted(wanted))
    if (fault !== undefined) return `two-way: ${fault}`
  }
  if (test.threeWay === undefined) return undefined
  if (test.conflict && createThreeWayPatch({ original, modified, current }, schema, false).ok) {
    return 'expected a conflict'
  }
  const patch = createThreeWayPatch({ original, modified, current }, schema, test.conflict === true)
  if (!patch.ok) return `three-way: ${patch.error}`
  const result = applyStrategicPatch(current, patch.value, schema)
  if (!result.ok) return `three-way result: ${result.error}`
  const fault = same(sorted(patch.value), sorted(test.threeWay)) ?? same(sorted(result.value), sorted(test.result))
  return fault === undefined ? undefined : `three-way: ${fault}`
}

function sortIf(test: Case, object: JsonObject, schema: PatchSchema): JsonObject {
  if (test.sortMergeLists !== true) return object
  const sorted = sortMergeLists(object, schema)
  if (!sorted.ok) throw new Error(sorted.error)
  return sorted.value
}

function json(value: Case): JsonValue {
  return value !== null && typeof value === 'object' && 'text' in value ? parseJson(value.text) : value.json
}

function sameText(got: Outcome<JsonObject>, expected: string): string | undefined {
  return got.ok ? same(got.value, parseJson(expected)) : got.error
}

function same(got: JsonValue, expected: JsonValue): string | undefined {
  if (compareValues(got, expected) === 0) return undefined
  return `expected ${stringifyJson(expected)}\ngot      ${stringifyJson(got)}`
}

function readJson(path: string): JsonValue {
  return JSON.parse(readFileSync(path, 'utf8')) as JsonValue
}
