import { isObject, type JsonArray, type JsonObject, type JsonValue } from '../base/index.ts'
import { type Bindings, CelOptional, type CelValue, perCallLimit } from '../cel/index.ts'
import type { CompiledRule, RuleNode } from './cel-rules.ts'
import { withTypeAndMetadata } from './cel-types.ts'
import { typedValue } from './cel-values.ts'
import { type Correlation, OldItems } from './correlation.ts'
import type { FieldError, FieldErrorType } from './field-error.ts'
import { childPath, fieldText, indexPath, keyPath, type NodePath, pathSteps } from './node-path.ts'
import type { StructuralSchema } from './types.ts'

/** What all rules of one object together may cost (k8s.io/apiserver pkg/apis/cel RuntimeCELCostBudget). */
export const objectCostBudget = 10_000_000

/** The longest text a messageExpression may make. */
const maxMessageLength = 5 * 1024

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run'

interface Visit {
  readonly node: RuleNode
  readonly value: JsonValue
  readonly old: JsonValue | undefined
  readonly path: NodePath | undefined
  readonly ratchet: Ratchet
}

/** The nearest known old value: errors are warnings where it has not changed. */
interface Ratchet {
  readonly current: Correlation | undefined
  readonly parent: Correlation | undefined
}

export interface CelFindings {
  readonly errors: FieldError[]
  readonly warnings: FieldError[]
}

/**
 * Runs CEL rules over an object. Transition rules (those that use `oldSelf`) run only where there is an old value.
 * apiextensions-apiserver pkg/apiserver/schema/cel/validation.go.
 */
export function validateRules(
  root: RuleNode,
  value: JsonValue,
  options: {
    readonly old?: JsonValue
    readonly path?: NodePath
    readonly correlation?: Correlation
    readonly budget?: number
  } = {},
): CelFindings {
  const validator = new RuleValidator(options.budget ?? objectCostBudget)
  validator.visit({
    node: root,
    value,
    old: options.old,
    path: options.path,
    ratchet: { current: options.correlation, parent: undefined },
  })
  return validator
}

class RuleValidator implements CelFindings {
  readonly errors: FieldError[] = []
  readonly warnings: FieldError[] = []
  #remaining: number

  constructor(budget: number) {
    this.#remaining = budget
  }

  /** False when the budget is used up and nothing more may run. */
  visit(at: Visit): boolean {
    if (at.value === null) return true
    if (!this.#runRules(at)) return false
    for (const member of at.node.allOf) {
      // Upstream does not ratchet rules below allOf by their own node.
      const ratchet = { current: undefined, parent: at.ratchet.parent }
      if (!this.visit({ ...at, node: member, ratchet })) return false
    }
    if (Array.isArray(at.value)) return this.#items(at, at.value)
    return isObject(at.value) ? this.#members(at, at.value) : true
  }

  #items(at: Visit, value: JsonArray): boolean {
    const { items } = at.node
    if (items === undefined) return true
    const oldItems = new OldItems(at.node.schema, Array.isArray(at.old) ? at.old : [])
    return value.every((item, i) =>
      this.visit({
        node: items,
        value: item,
        old: oldItems.find(item),
        path: indexPath(at.path, i),
        ratchet: descend(at.ratchet, (current) => current.index(i)),
      }),
    )
  }

  #members(at: Visit, value: JsonObject): boolean {
    const { values, properties } = at.node
    const old = isObject(at.old) ? at.old : undefined
    for (const key of Object.keys(value)) {
      const property = properties.get(key)
      const node = property ?? values
      if (node === undefined) continue
      const hidden = at.ratchet.parent === undefined && (key === 'apiVersion' || key === 'kind')
      const going = this.visit({
        node,
        value: value[key]!,
        old: old !== undefined && Object.hasOwn(old, key) ? old[key] : undefined,
        path: property === undefined ? keyPath(at.path, key) : childPath(at.path, key),
        ratchet: hidden
          ? { current: undefined, parent: undefined }
          : descend(at.ratchet, (current) => current.key(key)),
      })
      if (!going) return false
    }
    return true
  }

  #runRules(at: Visit): boolean {
    const { node } = at
    if (node.error !== '') {
      this.#invalid(at, `rule compiler initialization error: ${node.error}`)
      return true
    }
    if (node.rules.length === 0) return true
    const schema = node.resourceRoot ? withTypeAndMetadata(node.schema) : node.schema
    const self = lazy(() => typedValue(at.value, schema))
    for (const rule of node.rules) if (!this.#runRule(at, rule, { schema, self })) return false
    return true
  }

  #runRule(at: Visit, compiled: CompiledRule, subject: Subject): boolean {
    if (this.#remaining <= 0) {
      this.#invalid(at, outOfBudget)
      return false
    }
    if (compiled.error !== '') {
      this.#invalid(at, `rule compile error: ${compiled.error}`)
      return true
    }
    const { program, rule } = compiled
    const optional = rule.optionalOldSelf === true
    const old = at.old ?? null
    if (program === undefined || (compiled.usesOldSelf && old === null && !optional)) return true
    const bindings = bind(subject, old, optional)
    const result = program.evaluate(bindings, { cost: perCallLimit })
    if (result.cost > this.#remaining) {
      this.#invalid(at, outOfBudget)
      return false
    }
    this.#remaining -= result.cost
    const shown = (rule.message ?? '').trim() === '' ? rule.rule.trim() : rule.message!.trim()
    if ('error' in result) return this.#evaluationError(at, result.error, shown)
    if (result.value !== true) return this.#failed(at, compiled, bindings)
    return true
  }

  #evaluationError(at: Visit, error: string, shown: string): boolean {
    if (error.startsWith('no such overload')) {
      const reason = 'call arguments did not match a supported operator, function or macro signature for rule'
      this.#invalid(at, `'${error}': ${reason}: ${shown}`)
    } else if (error.startsWith('operation cancelled: actual cost limit exceeded')) {
      const reason = 'no further validation rules will be run due to call cost exceeds limit for rule'
      this.#invalid(at, `'${error}': ${reason}: ${shown}`)
      return false
    } else this.#invalid(at, `${error} evaluating rule: ${shown}`)
    return true
  }

  #failed(at: Visit, compiled: CompiledRule, bindings: Bindings): boolean {
    const { rule, fieldPath } = compiled
    const path = fieldPath === undefined ? at.path : childPath(at.path, fieldPath.text)
    const steps = [...pathSteps(at.path), ...(fieldPath?.steps ?? [])]
    const message = this.#message(compiled, bindings)
    const type = reasons[rule.reason ?? ''] ?? 'FieldValueInvalid'
    const structured = at.node.schema.type === 'object' || at.node.schema.type === 'array'
    const error: FieldError = {
      type,
      field: fieldText(path),
      path: steps,
      badValue: structured ? undefined : at.value,
      detail: type === 'FieldValueDuplicate' ? '' : message.text,
      rule: 'cel',
    }
    const unchanged = (at.ratchet.current ?? at.ratchet.parent)?.unchanged === true
    if (!compiled.usesOldSelf && unchanged) this.warnings.push(error)
    else this.errors.push(error)
    return message.going
  }

  #message(compiled: CompiledRule, bindings: Bindings): { readonly text: string; readonly going: boolean } {
    const { rule, message } = compiled
    const written = (rule.message ?? '').trim()
    const fallback = written === '' ? `failed rule: ${rule.rule.trim()}` : written
    if (message === undefined) return { text: fallback, going: true }
    const result = message.evaluate(bindings, { cost: perCallLimit })
    if (result.cost > this.#remaining) {
      const reason = 'running out of cost budget, no further validation rules will be run'
      return { text: `messageExpression evaluation failed due to ${reason}`, going: false }
    }
    this.#remaining -= result.cost
    const text = 'value' in result && typeof result.value === 'string' ? result.value.trim() : ''
    const usable = text !== '' && text.length <= maxMessageLength && !text.includes('\n')
    return { text: usable ? text : fallback, going: true }
  }

  #invalid(at: Visit, detail: string): void {
    this.errors.push({
      type: 'FieldValueInvalid',
      field: fieldText(at.path),
      path: pathSteps(at.path),
      badValue: at.node.schema.type ?? '',
      detail,
      rule: 'cel',
    })
  }
}

interface Subject {
  readonly schema: StructuralSchema
  readonly self: () => CelValue
}

const reasons: Readonly<Record<string, FieldErrorType>> = {
  FieldValueForbidden: 'FieldValueForbidden',
  FieldValueRequired: 'FieldValueRequired',
  FieldValueDuplicate: 'FieldValueDuplicate',
}

function descend(ratchet: Ratchet, next: (current: Correlation) => Correlation | undefined): Ratchet {
  if (ratchet.current === undefined) return ratchet
  return { current: next(ratchet.current), parent: ratchet.current }
}

function bind(subject: Subject, old: JsonValue, optional: boolean): Bindings {
  const oldSelf = lazy((): CelValue => {
    if (!optional) return typedValue(old, subject.schema)
    return new CelOptional(old === null ? undefined : typedValue(old, subject.schema))
  })
  return {
    get: (name) => {
      if (name === 'self') return subject.self()
      return name === 'oldSelf' && (optional || old !== null) ? oldSelf() : undefined
    },
  }
}

/** Makes a value once; an error is made again each time. */
function lazy(make: () => CelValue): () => CelValue {
  let made: CelValue | undefined
  return () => {
    made ??= make()
    return made
  }
}
