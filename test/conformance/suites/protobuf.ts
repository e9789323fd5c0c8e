import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../../src/base/index.ts'
import { compareValues, createProtobufDecoder, parseJson, stringifyJson } from '../../../src/kube/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

interface Case {
  readonly id: string
  readonly json: JsonObject
  readonly protobuf: string
}

export const suite: ConformanceSuite = { name: 'protobuf', corpus: 'conformance/protobuf', run }

function* run(corpusDir: string, filter: (id: string) => boolean): Iterable<CaseResult> {
  const text = readFileSync(join(corpusDir, 'objects.json'), 'utf8')
  const { cases } = parseJson(text) as unknown as { cases: Case[] }
  const decoder = createProtobufDecoder()
  for (const test of cases) {
    if (!filter(test.id)) continue
    // Kinds that are part of a protocol come without their type in the envelope.
    const hint = { apiVersion: 'v1', kind: test.id.slice(test.id.lastIndexOf('.') + 1) }
    const got = decoder.decode(Buffer.from(test.protobuf, 'base64'), hint)
    if (!got.ok) yield { id: test.id, pass: false, detail: got.error }
    else if (compareValues(got.value, test.json) === 0) yield { id: test.id, pass: true }
    else yield { id: test.id, pass: false, detail: difference(test.json, got.value) }
  }
}

/** The first place where two objects differ. */
function difference(expected: unknown, got: unknown, path = ''): string {
  if (expected !== null && got !== null && typeof expected === 'object' && typeof got === 'object') {
    const keys = new Set([...Object.keys(expected), ...Object.keys(got)])
    for (const key of keys) {
      const [a, b] = [(expected as JsonObject)[key], (got as JsonObject)[key]]
      if (a === undefined || b === undefined || compareValues(a, b) !== 0) return difference(a, b, `${path}.${key}`)
    }
  }
  const show = (value: unknown): string => (value === undefined ? 'nothing' : stringifyJson(value as JsonObject))
  return `${path}: expected ${show(expected)}, got ${show(got)}`
}
