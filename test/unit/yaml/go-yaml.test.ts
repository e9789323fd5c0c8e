/**
 * What go.yaml.in/yaml/v3 3.0.4, yaml.v2 2.4.2 and sigs.k8s.io/yaml 1.6.0 make of a text, recorded by running them
 * (kyaml's encoder settings): documents emitted again, JSON, JSON turned into YAML, errors.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  emitNode,
  nodeToJson,
  parseDocuments,
  parseYaml,
  stringifyYaml,
  unmarshalErrorText,
} from '../../../src/yaml/index.ts'

interface GoCase {
  readonly text: string
  readonly error?: string
  readonly emit?: string[]
  readonly wide?: string[]
  readonly v2Error?: string
  readonly json?: string
  readonly yaml?: string
  readonly strictError?: string
  readonly v3Error?: string
  readonly v3Json?: string
}

const file = join(import.meta.dirname, '../../fixtures/yaml/go-yaml.json')
const cases = JSON.parse(readFileSync(file, 'utf8')) as GoCase[]
const named = (wanted: (c: GoCase) => boolean): [string, GoCase][] =>
  cases.filter(wanted).map((c) => [JSON.stringify(c.text).slice(0, 100), c])

/** JSON text with sorted keys; integers beyond 2^53 lose digits on both sides alike. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return Number(item)
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function firstDocument(text: string, flavour: 'v2' | 'v3') {
  const parsed = parseDocuments(text, { flavour })
  const node = parsed.documents[0]?.document
  if (node === undefined) return { value: null, problems: parsed.problems }
  const result = nodeToJson(node, { flavour, text })
  return parsed.documents[0]!.broken ? { value: null, problems: parsed.problems } : result
}

describe('yaml.v3', () => {
  test.each(named(() => true))('error of %s', (_name, c) => {
    expect(parseDocuments(c.text).problems[0]?.message ?? '').toBe(c.error ?? '')
  })

  test.each(named((c) => c.emit !== undefined))('emits %s again', (_name, c) => {
    const whole = parseDocuments(c.text).documents.filter((document) => !document.broken)
    expect(whole.slice(0, c.emit!.length).map(({ document }) => emitNode(document))).toEqual(c.emit)
    const wide = whole.slice(0, c.emit!.length).map(({ document }) => emitNode(document, { sequenceIndent: 'wide' }))
    expect(wide).toEqual(c.wide ?? c.emit)
  })

  test.each(named((c) => c.v3Json !== undefined))('JSON of %s', (_name, c) => {
    const { value, problems } = firstDocument(c.text, 'v3')
    expect(problems).toEqual([])
    expect(canonical(value)).toBe(canonical(JSON.parse(c.v3Json!)))
  })

  test.each(named((c) => c.v3Error !== undefined && !c.v3Error.startsWith('JSON ')))('refuses %s', (_name, c) => {
    expect(unmarshalErrorText(firstDocument(c.text, 'v3').problems)).toBe(c.v3Error)
  })
})

describe('sigs.k8s.io/yaml', () => {
  test.each(named((c) => c.json !== undefined))('JSON and YAML of %s', (_name, c) => {
    const { value, problems } = firstDocument(c.text, 'v2')
    expect(problems).toEqual([])
    expect(canonical(value)).toBe(canonical(JSON.parse(c.json!)))
    if (!c.yaml!.startsWith('ERR ')) expect(stringifyYaml(value)).toBe(c.yaml)
  })

  test.each(named((c) => c.v2Error?.startsWith('yaml: ') === true))('refuses %s', (_name, c) => {
    expect(unmarshalErrorText(firstDocument(c.text, 'v2').problems)).toBe(c.v2Error)
  })

  test.each(named((c) => c.strictError !== undefined))('strictly refuses %s', (_name, c) => {
    const { problems } = parseYaml(c.text, { strict: true })
    expect(unmarshalErrorText(problems)).toBe(c.strictError)
  })
})
