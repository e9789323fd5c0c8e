import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { JsonValue } from '../../../src/base/index.ts'
import {
  applyDefaults,
  coerceEmbeddedMetadata,
  createSchemaValidator,
  fieldErrorText,
  prune,
  pruneNulls,
  type StructuralSchema,
  type ValidationRule,
  validateListTypes,
} from '../../../src/schema/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

interface Case {
  readonly id: string
  readonly schema: StructuralSchema | null
  readonly object: JsonValue
  readonly oldObject?: JsonValue
  readonly [key: string]: unknown
}

type Run = (test: Case) => { readonly pass: boolean; readonly got: unknown }

const validator = createSchemaValidator()

/** Custom resources: pruning, defaults, embedded metadata, list types, OpenAPI validation and CEL rules. */
export const suite: ConformanceSuite = {
  name: 'crd',
  corpus: 'conformance/crd',
  *run(corpusDir, filter): Iterable<CaseResult> {
    for (const [file, run] of Object.entries(runners)) {
      const { cases } = parse(readFileSync(join(corpusDir, `${file}.json`), 'utf8')) as { cases: Case[] }
      for (const test of cases) {
        if (!filter(test.id)) continue
        const { pass, got } = run(test)
        yield { id: test.id, pass, detail: `want ${show(expectation(test))}\ngot  ${show(got)}` }
      }
    }
  },
}

/** Integers beyond 2^53 stay exact, as in Go. */
function parse(text: string): unknown {
  const revive = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context!.source!)
      : value
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown)
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ?? ''
}

function expectation(test: Case): unknown {
  const { want, errors, warnings, errorContains, errorsContain, valid, pruned, unknownFields } = test
  return { want, errors, warnings, errorContains, errorsContain, valid, pruned, unknownFields }
}

const schemaOf = (test: Case): StructuralSchema | undefined => test.schema ?? undefined
const sameSet = (a: readonly string[], b: readonly string[]): boolean => isDeepStrictEqual([...a].sort(), [...b].sort())

const runners: Readonly<Record<string, Run>> = {
  prune: (test) => {
    const value = structuredClone(test.object)
    const paths = prune(value, schemaOf(test), test['resourceRoot'] === true)
    return { pass: isDeepStrictEqual([value, paths], [test['want'], test['pruned']]), got: [value, paths] }
  },
  default: (test) => {
    const value = structuredClone(test.object)
    if (test['op'] === 'pruneNulls') pruneNulls(value, schemaOf(test))
    else applyDefaults(value, schemaOf(test))
    return { pass: isDeepStrictEqual(value, test['want']), got: value }
  },
  'embedded-metadata': (test) => {
    const value = structuredClone(test.object)
    const result = coerceEmbeddedMetadata(value, schemaOf(test), {
      resourceRoot: test['includeRoot'] === true,
      dropInvalid: test['dropInvalidFields'] === true,
    })
    const got = [value, result.unknownFields, result.error === undefined]
    return { pass: isDeepStrictEqual(got, [test['want'], test['unknownFields'], true]), got }
  },
  'list-type': (test) => {
    const found = validateListTypes(test.object, schemaOf(test), { parent: undefined, kind: 'root', name: 'root' })
    const got = found.map((error) => `${error.field} ${error.type.replace('FieldValue', '')}`)
    const want = (test['errors'] as { path: string; type: string }[]).map(({ path, type }) => `${path} ${type}`)
    return { pass: sameSet(got, want), got }
  },
  validate: (test) => {
    const old = test.oldObject === undefined ? {} : { oldObject: test.oldObject }
    const result = validator.validate(test.schema!, test.object, { resourceRoot: false, ...old })
    const got = result.errors.map(fieldErrorText)
    return { pass: sameSet(got, (test['errors'] as string[] | undefined) ?? []), got }
  },
  'cel-levels': (test) => {
    const got = runRules(test, test.schema!).errors
    const wanted = test['errorsContain'] as string[]
    const matched = wanted.every((text) => got.some((error) => error.includes(text)))
    return { pass: wanted.length === 0 ? got.length === 0 : matched, got }
  },
  'cel-messages': (test) => {
    const got = runRules(test, { ...test.schema!, 'x-kubernetes-validations': [test['rule'] as ValidationRule] }).errors
    return { pass: got.length > 0 && got.every((error) => error.includes(test['errorContains'] as string)), got }
  },
  'cel-ratcheting': (test) => {
    const got = runRules(test, test.schema!)
    const wanted = test['errors'] as string[]
    const matched =
      wanted.length === got.errors.length && wanted.every((text) => got.errors.some((error) => error.includes(text)))
    return { pass: matched && sameSet(got.warnings, test['warnings'] as string[]), got }
  },
  cel: (test) => {
    const rules = [{ rule: test['rule'] as string }]
    const got = runRules(test, { ...test.schema!, 'x-kubernetes-validations': rules }).errors
    if (test['valid'] === true) return { pass: got.length === 0, got }
    return { pass: got.some((error) => error.includes(test['errorContains'] as string)), got }
  },
}

function runRules(test: Case, schema: StructuralSchema): { errors: string[]; warnings: string[] } {
  const old = test.oldObject === undefined ? {} : { oldObject: test.oldObject }
  const result = validator.validateRules(schema, test.object, {
    root: 'root',
    resourceRoot: test['root'] === true,
    ...old,
  })
  return { errors: result.errors.map(fieldErrorText), warnings: result.warnings.map(fieldErrorText) }
}
