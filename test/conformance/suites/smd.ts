import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { JsonObject, JsonValue } from '../../../src/base/index.ts'
import {
  bad,
  compareElements,
  compareTyped,
  compareValues,
  conflictSet,
  conflictsOf,
  deducedTypeName,
  deducedTypes,
  excludeFilter,
  extractItems,
  type FieldFilter,
  FieldSet,
  fieldSetFromJson,
  fieldSetFromValue,
  fieldSetToJson,
  good,
  includeFilter,
  type Managers,
  managersDifference,
  managersEqual,
  mapComparison,
  mergeTyped,
  type Outcome,
  parseElement,
  parseJson,
  pathText,
  reconcileFieldSet,
  removeItems,
  type SchemaDefinition,
  serializeElement,
  stringifyJson,
  TypedSchema,
  type TypedValue,
  type TypeRef,
  toFieldSet,
  type UpdateFault,
  Updater,
  type UpdaterOptions,
  type VersionedSet,
  validateTyped,
} from '../../../src/kube/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

// biome-ignore lint/suspicious/noExplicitAny: corpus cases are read as they are, each suite with its own shape
type Case = any

/** Answers what went wrong, or nothing. */
type Check = (test: Case, file: CorpusFile) => string | undefined

interface CorpusFile {
  readonly schemas: ReadonlyMap<string, TypedSchema>
  readonly kubernetes: TypedSchema
}

const deduced = new TypedSchema({ types: deducedTypes })

export const suite: ConformanceSuite = { name: 'smd', corpus: 'conformance/smd', run }

function* run(corpusDir: string, filter: (id: string) => boolean): Iterable<CaseResult> {
  const kubernetes = new TypedSchema(readJson(join(corpusDir, 'k8s-schema.json')) as unknown as SchemaDefinition)
  for (const [name, check] of Object.entries(checks)) {
    const file = readJson(join(corpusDir, `${name}.json`)) as Case
    const schemas = new Map<string, TypedSchema>(
      Object.entries(file.schemas ?? {}).map(([id, text]) => [id, new TypedSchema(parse(text as string))]),
    )
    for (const test of file.cases as Case[]) {
      if (!filter(test.id)) continue
      const detail = attempt(() => check(test, { schemas, kubernetes }))
      yield { id: test.id, pass: detail === undefined, ...(detail === undefined ? {} : { detail }) }
    }
  }
}

function attempt(check: () => string | undefined): string | undefined {
  try {
    return check()
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

const checks: Readonly<Record<string, Check>> = {
  'comparison-exclude': (test) => {
    const sets = (value: Case) => ({
      added: set(value.added),
      modified: set(value.modified),
      removed: set(value.removed),
    })
    const exclude = test.exclude === null ? new FieldSet() : set(test.exclude)
    const got = mapComparison(sets(test.comparison), excludeFilter(exclude))
    return (
      sameSet(got.added, test.expect.added) ??
      sameSet(got.modified, test.expect.modified) ??
      sameSet(got.removed, test.expect.removed)
    )
  },
  conflicts: (test) => sameSet(conflictSet(conflictsOf(managers(test.managed))), test.set),
  'fieldset-serialize': (test) => {
    const got = readSetText(test.text)
    if (test.error) return got.ok ? `expected an error, got ${text(got.value)}` : undefined
    if (!got.ok) return got.error
    return test.canonical === undefined ? undefined : same(JSON.stringify(fieldSetToJson(got.value)), test.canonical)
  },
  'json-strict': (test) => {
    const got = readText(test.text)
    if (test.error) return got.ok ? 'expected an error' : undefined
    return got.ok ? same(stringifyJson(got.value), test.canonical) : got.error
  },
  'k8s-fieldset': (test, file) => {
    const ref = file.kubernetes.type(test.type)
    const base = { schema: file.kubernetes, ref }
    const got = compareTyped({ ...base, value: {} }, { ...base, value: test.object.json })
    return got.ok ? same(JSON.stringify(fieldSetToJson(got.value.added)), test.setJson.trim()) : text(got.error)
  },
  managers: (test) => {
    const lhs = managers(test.lhs)
    const rhs = managers(test.rhs)
    if (test.op === 'equals') return same(managersEqual(lhs, rhs), test.expect)
    const got = managersDifference(lhs, rhs)
    return managersEqual(got, managers(test.expect)) ? undefined : showManagers(got)
  },
  merge: (test, file) => new MergeCase(test, file).run(),
  'path-element': (test) => {
    const got = parseElement(test.text)
    if (test.error) return got.ok && got.value !== undefined ? 'expected an error' : undefined
    return got.ok ? same(got.value && serializeElement(got.value), test.canonical) : got.error
  },
  'path-element-order': (test) => {
    if (test.a === null) return undefined
    const [a, b] = [element(test.a), element(test.b)]
    const order = compareElements(a, b)
    return (order === 0) === test.equal && order <= 0 && compareElements(b, a) >= 0 ? undefined : `order ${order}`
  },
  'path-string': (test) => same(pathText(test.path.map(element)), test.string),
  reconcile: (test, file) => {
    const schema = file.schemas.get(test.newSchema)!
    const before = set(test.oldFields)
    const got = reconcileFieldSet(before, schema, schema.type(test.type))
    if (!got.ok) return text(got.error)
    return sameSet(got.value, test.fixedFields ?? test.oldFields)
  },
  'remove-extract': checkRemoveExtract,
  'set-from-value': (test) => sameSet(fieldSetFromValue(test.object.json), test.set),
  'set-ops': checkSetOps,
  symdiff: (test, file) => {
    const [left, right] = [typed(test, file, test.lhs.json), typed(test, file, test.rhs.json)]
    const forward = compareTyped(left, right)
    const back = compareTyped(right, left)
    if (!forward.ok || !back.ok) return text(forward.ok ? back : forward)
    return (
      sameSet(forward.value.added, test.added) ??
      sameSet(forward.value.modified, test.modified) ??
      sameSet(forward.value.removed, test.removed) ??
      sameSet(back.value.added, test.removed) ??
      sameSet(back.value.modified, test.modified) ??
      sameSet(back.value.removed, test.added)
    )
  },
  toset: (test, file) => {
    const got = toFieldSet(typed(test, file, test.object.json))
    return got.ok ? sameSet(got.value, test.set) : text(got.error)
  },
  'typed-merge': (test, file) => {
    const got = mergeTyped(typed(test, file, test.lhs.json), typed(test, file, test.rhs.json))
    return got.ok ? same(got.value.value, test.out.json) : text(got.error)
  },
  validate: (test, file) => {
    const { schema, ref, value } = typed(test, file, test.object.json)
    const strict = validateTyped(value, schema, ref).length === 0
    const lax = validateTyped(value, schema, ref, { allowDuplicates: true }).length === 0
    return same(strict ? 'valid' : lax ? 'duplicates' : 'invalid', test.expect)
  },
  'value-order': (test) => {
    const order = compareValues(test.a, test.b)
    return (order === 0) === test.equal && order <= 0 && compareValues(test.b, test.a) >= 0
      ? undefined
      : `order ${order}`
  },
}

function checkRemoveExtract(test: Case, file: CorpusFile): string | undefined {
  const object = typed(test, file, test.object.json)
  if (test.reversible) {
    const partial = typed(test, file, test.partial.json)
    const merged = mergeTyped(object, partial)
    const owned = toFieldSet(partial)
    if (!merged.ok || !owned.ok) return text(merged.ok ? owned : merged)
    return same(extractItems(merged.value, owned.value.leaves()).value, test.partial.json)
  }
  const items = set(test.set)
  const options = { appendKeyFields: test.appendKeyFields === true }
  const removed = test.remove && same(removeItems(object, items).value, test.remove.json)
  return removed ?? (test.extract && same(extractItems(object, items, options).value, test.extract.json)) ?? undefined
}

function checkSetOps(test: Case, file: CorpusFile): string | undefined {
  switch (test.op) {
    case 'leaves':
      return sameSet(set(test.a).leaves(), test.expect)
    case 'difference':
      return sameSet(set(test.a).difference(set(test.b)), test.expect)
    case 'recursiveDifference':
      return sameSet(set(test.a).recursiveDifference(set(test.b)), test.expect)
    case 'includeMatching':
      return sameSet(filterOf({ include: test.patterns })(set(test.a)), test.expect)
    default: {
      const schema = file.schemas.get(test.schema)!
      return sameSet(set(test.before).ensureNamedFieldsAreMembers(schema, schema.type(test.type)), test.after)
    }
  }
}

/** One run of operations on an object that starts empty. */
class MergeCase {
  readonly #test: Case
  readonly #file: CorpusFile
  #parser: Case
  #live: TypedValue | undefined
  #managers: Managers = new Map()

  constructor(test: Case, file: CorpusFile) {
    this.#test = test
    this.#file = file
    this.#parser = test.parser
  }

  run(): string | undefined {
    for (const op of this.#test.ops as Case[]) {
      const fault = this.#step(op)
      if (fault !== undefined) return this.#test.expect.error ? undefined : fault
    }
    if (this.#test.expect.error) return 'expected an error'
    for (const [manager, owned] of this.#managers) if (owned.set.empty) return `${manager} owns nothing`
    return this.#checkObject() ?? this.#checkManagers()
  }

  #checkObject(): string | undefined {
    const { object, apiVersion } = this.#test.expect
    if (object === undefined) return undefined
    const live = this.#convert(this.#live!, apiVersion, undefined)
    return live.ok ? same(live.value.value, object.json) : live.error.message
  }

  #checkManagers(): string | undefined {
    const expected = this.#test.expect.managed
    if (expected === undefined) return undefined
    return managersDifference(this.#managers, managers(expected)).size === 0 ? undefined : showManagers(this.#managers)
  }

  #step(op: Case): string | undefined {
    if (op.op === 'changeParser') {
      this.#parser = op.parser
      if (this.#live !== undefined) {
        const version = this.#live.ref.name!
        this.#live = this.#typed(version, this.#live.value)
      }
      return undefined
    }
    const config = this.#typed(op.apiVersion, op.object.json)
    const faults = validateTyped(config.value, config.schema, config.ref, { allowDuplicates: op.op === 'update' })
    if (faults.length > 0) return text(faults)
    const live = this.#convert(this.#live ?? this.#typed(op.apiVersion, null), op.apiVersion, op)
    if (!live.ok) return live.error.message
    this.#live = live.value
    const outcome = this.#execute(op, config)
    if (outcome.ok) {
      this.#live = outcome.value.object
      this.#managers = outcome.value.managers
      return op.conflicts === undefined ? undefined : 'expected conflicts'
    }
    return this.#checkConflicts(op, outcome.error)
  }

  #checkConflicts(op: Case, fault: UpdateFault): string | undefined {
    if (fault.kind === 'error') return fault.message
    if (op.conflicts === undefined) return text(fault)
    const key = (manager: string, path: readonly string[]) => `${manager} ${path.map(serializeElement).join('/')}`
    const got = fault.conflicts.map((conflict) => key(conflict.manager, conflict.path)).sort()
    const wanted = op.conflicts.map((c: Case) => key(c.manager, c.path.map(element))).sort()
    return same(got, wanted)
  }

  #execute(op: Case, config: TypedValue): Outcome<{ object: TypedValue; managers: Managers }, UpdateFault> {
    const updater = new Updater({
      convert: (value, apiVersion) => this.#convert(value, apiVersion, op),
      filters: filtersOf(this.#test),
    })
    const request = { live: this.#live!, managers: this.#managers, manager: op.manager, apiVersion: op.apiVersion }
    if (op.op === 'update') return updater.update({ ...request, next: config })
    if (op.op !== 'extractApply') return updater.apply({ ...request, config, force: op.op === 'forceApply' })
    const owned = this.#managers.get(op.manager)?.set ?? new FieldSet()
    const merged = mergeTyped(extractItems(this.#live!, owned.leaves()), config)
    if (!merged.ok) return bad({ kind: 'error', message: text(merged.error) })
    return updater.apply({ ...request, config: merged.value, force: true })
  }

  #typed(apiVersion: string, value: JsonValue): TypedValue {
    if (this.#parser.deduced) return { schema: deduced, ref: deduced.type(deducedTypeName), value }
    const schema = this.#file.schemas.get(this.#parser.schema)!
    const name = this.#parser.typeIsApiVersion ? apiVersion : this.#parser.type
    return { schema, ref: schema.type(name), value }
  }

  #convert(value: TypedValue, apiVersion: string, op: Case): ReturnType<UpdaterOptions['convert']> {
    switch (this.#test.converter) {
      case 'repeating':
        return good({ ...value, value: repeatKeys(value.value, Number(apiVersion.slice(1))) })
      case 'renaming':
        return good(this.#typed(apiVersion, renameKeys(value.value, value.ref.name!, apiVersion)))
      case 'reliantFields':
        return this.#convertReliant(value, apiVersion)
      case 'specificVersions':
        if (op?.acceptedVersions !== undefined && !op.acceptedVersions.includes(apiVersion)) {
          return bad({ missingVersion: true, message: 'cannot convert to invalid version' })
        }
        return good(value)
      default:
        return good(value)
    }
  }

  #convertReliant(value: TypedValue, apiVersion: string): ReturnType<UpdaterOptions['convert']> {
    const target = this.#typed(apiVersion, null)
    if (value.ref === target.ref || value.value === null) return good({ ...target, value: value.value })
    const source = JSON.stringify(value.value)
    const toFirst = apiVersion === 'v1'
    if (toFirst && !source.includes('required_field_bar')) {
      return bad({ missingVersion: false, message: 'fail to convert' })
    }
    const [from, to] = toFirst
      ? ['required_field_bar', 'field_foo_rely_on_bar']
      : ['field_foo_rely_on_bar', 'required_field_bar']
    return good({ ...target, value: JSON.parse(source.replaceAll(from!, to!)) as JsonValue })
  }
}

/** Every single-letter key below the first level, repeated as often as the version says. */
function repeatKeys(value: JsonValue, times: number, depth = 0): JsonValue {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const out: JsonObject = {}
  // Keys that become equal: the last in sorted order wins, as in upstream's YAML round trip.
  for (const [key, inner] of Object.entries(value as JsonObject).sort()) {
    out[depth === 0 ? key : key[0]!.repeat(times)] = repeatKeys(inner, times, depth + 1)
  }
  return out
}

function renameKeys(value: JsonValue, from: string, to: string): JsonValue {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, from, to))
  if (value === null || typeof value !== 'object') return value
  const out: JsonObject = {}
  for (const [key, inner] of Object.entries(value as JsonObject)) {
    out[key.endsWith(from) ? key.slice(0, -from.length) + to : key] = renameKeys(inner, from, to)
  }
  return out
}

function filtersOf(test: Case): ReadonlyMap<string, FieldFilter> {
  const filters = new Map<string, FieldFilter>()
  for (const [version, fields] of Object.entries(test.ignoredFields ?? {})) {
    filters.set(version, excludeFilter(set(fields as JsonValue)))
  }
  for (const [version, rule] of Object.entries(test.ignoreFilter ?? {})) filters.set(version, filterOf(rule as Case))
  return filters
}

function filterOf(rule: Case): FieldFilter {
  if (rule.exclude !== undefined) return excludeFilter(set(rule.exclude))
  const step = (part: string) => (part === '*' ? undefined : element(part))
  return includeFilter((rule.include as string[][]).map((pattern) => pattern.map(step)))
}

function typed(test: Case, file: CorpusFile, value: JsonValue): TypedValue {
  if (test.deduced) return { schema: deduced, ref: deduced.type(deducedTypeName), value }
  const schema = file.schemas.get(test.schema)!
  const ref: TypeRef = schema.type(test.type)
  return { schema, ref, value }
}

function managers(value: Case): Managers {
  const entries = Object.entries(value as Record<string, Case>)
  return new Map(
    entries.map(([name, { fieldsV1, apiVersion, applied }]): [string, VersionedSet] => [
      name,
      { set: set(fieldsV1), apiVersion, applied },
    ]),
  )
}

function showManagers(value: Managers): string {
  return [...value].map(([name, { set: owned }]) => `${name}: ${JSON.stringify(fieldSetToJson(owned))}`).join('\n')
}

function element(value: string): string {
  const parsed = parseElement(value)
  if (!parsed.ok || parsed.value === undefined) throw new Error(`bad element ${value}`)
  return parsed.value
}

function set(value: JsonValue): FieldSet {
  const parsed = fieldSetFromJson(value)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}

function readSetText(value: string): Outcome<FieldSet> {
  const json = readText(value)
  return json.ok ? fieldSetFromJson(json.value) : json
}

function readText(value: string): Outcome<JsonValue> {
  try {
    return good(parseJson(value))
  } catch (error) {
    return bad(String(error))
  }
}

function sameSet(got: FieldSet, expected: JsonValue): string | undefined {
  return got.equals(set(expected)) ? undefined : (same(fieldSetToJson(got), expected) ?? 'sets differ')
}

function same(got: unknown, expected: unknown): string | undefined {
  const [a, b] = [text(got), text(expected)]
  return a === b ? undefined : `expected ${b}\ngot      ${a}`
}

/** JSON with sorted keys. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, inner) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function readJson(path: string): JsonValue {
  return JSON.parse(readFileSync(path, 'utf8')) as JsonValue
}
