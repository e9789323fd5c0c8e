import { kubernetesBase } from '../cel/index.ts'
import { type CompiledRule, compileRules, type RuleNode } from './cel-rules.ts'
import { mostBytes, mostElementsOf } from './cel-types.ts'
import type { DefinitionFault } from './definition-faults.ts'
import { resolveFieldPath } from './field-path.ts'
import type { StructuralSchema, ValidationRule } from './types.ts'

/** What one rule and all rules of a schema may cost by estimate, for all the times that they may have to be checked. */
const mostOfRule = 10_000_000n
const mostOfSchema = 100_000_000n
/** Rules that are named where all of them cost too much: so many, of those with a part in it. */
const mostNamed = 4

/**
 * CEL rules of a structural schema that cannot be used, as apiextensions-apiserver refuses them when a definition is
 * written: those that do not compile, that may cost too much for the largest objects, or that use `oldSelf` where no old
 * value can be found (pkg/apis/apiextensions/validation/{validation,cel_validation}.go).
 * @param path of the schema, which some messages name
 */
export function ruleFaults(schema: StructuralSchema, path: string): DefinitionFault[] {
  let base: ReturnType<typeof kubernetesBase> | undefined
  const root = compileRules(() => (base ??= kubernetesBase()), schema, true)
  if (root === undefined) return []
  const check = new RuleCheck(path)
  check.node(root, { path: '', cardinality: 1n, uncorrelated: undefined })
  return check.faults()
}

/** Where rules stand. */
interface Place {
  /** Below the schema, with a dot at the end. */
  readonly path: string
  /** How many values of an object the rules may be for; undefined: lists and maps above have no limit. */
  readonly cardinality: bigint | undefined
  /** The part of the schema whose values cannot be found again in another version of the object. */
  readonly uncorrelated: string | undefined
}

class RuleCheck {
  readonly #root: string
  readonly #schemaFaults: DefinitionFault[] = []
  readonly #faults: DefinitionFault[] = []
  readonly #expensive: { readonly path: string; readonly cost: bigint }[] = []
  #total = 0n

  constructor(root: string) {
    this.#root = root
  }

  faults(): DefinitionFault[] {
    const all = [...this.#schemaFaults, ...this.#faults]
    if (this.#total <= mostOfSchema) return all
    const named = this.#expensive.sort((a, b) => (a.cost < b.cost ? 1 : a.cost > b.cost ? -1 : 0)).slice(0, mostNamed)
    const why = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema'
    return [
      ...all,
      ...named.map(({ path }) => forbidden(path, why)),
      forbidden('', tooExpensive(what, this.#total, mostOfSchema)),
    ]
  }

  /** Faults of the parts come before a node's own, which are not looked for where a part names no field. */
  node(node: RuleNode, place: Place): void {
    const before = this.#schemaFaults.length
    const { path } = place
    const inner = { ...place, cardinality: innerCardinality(node.schema, place.cardinality) }
    if (node.values !== undefined) this.node(node.values, { ...inner, path: `${path}additionalProperties.` })
    for (const [name, property] of node.properties) {
      this.node(property, { ...inner, path: `${path}properties[${name}].` })
    }
    if (node.items !== undefined) {
      const isKeyed = node.schema['x-kubernetes-list-type'] === 'map'
      const uncorrelated = place.uncorrelated ?? (isKeyed ? undefined : this.#pathOf(path))
      this.node(node.items, { ...inner, path: `${path}items.`, uncorrelated })
    }
    this.#fieldPaths(node, path)
    if (this.#schemaFaults.length > before) return
    for (const [i, rule] of node.rules.entries()) {
      this.#rule(node, rule, { ...place, path: `${path}x-kubernetes-validations[${i}]` })
    }
  }

  #pathOf(path: string): string {
    return path === '' ? this.#root : `${this.#root}.${path.slice(0, -1)}`
  }

  #fieldPaths({ rules, schema }: RuleNode, path: string): void {
    for (const [i, { rule }] of rules.entries()) {
      const { fieldPath = '' } = rule
      if (fieldPath === '' || resolveFieldPath(fieldPath, schema) !== undefined) continue
      const at = `${path}x-kubernetes-validations[${i}].fieldPath`
      this.#schemaFaults.push(invalid(at, JSON.stringify(fieldPath), 'must be a valid path'))
    }
  }

  #rule(node: RuleNode, compiled: CompiledRule, { path, cardinality, uncorrelated }: Place): void {
    const { rule, program, error, message, messageError, usesOldSelf } = compiled
    const { declaration } = node
    if (program !== undefined && declaration !== undefined) {
      const often = cardinality ?? BigInt(Math.floor(mostBytes / (declaration.leastSize + 1)))
      const cost = limited(program.mostCost(mostElementsOf(declaration)) * often)
      this.#spend(`${path}.rule`, 'estimated rule cost', cost)
    }
    if (error !== '') this.#faults.push(invalid(`${path}.rule`, goRule(rule), error))
    if (messageError !== '') this.#faults.push(invalid(`${path}.messageExpression`, goRule(rule), messageError))
    else if (message !== undefined && declaration !== undefined) {
      const cost = message.mostCost(mostElementsOf(declaration))
      this.#spend(`${path}.messageExpression`, 'estimated messageExpression cost', cost)
    }
    if (usesOldSelf && uncorrelated !== undefined) {
      const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`
      this.#faults.push(invalid(`${path}.rule`, JSON.stringify(rule.rule), why))
    } else if (!usesOldSelf && rule.optionalOldSelf !== undefined) {
      const why = 'may not be set if oldSelf is not used in rule'
      this.#faults.push(invalid(`${path}.optionalOldSelf`, String(rule.optionalOldSelf), why))
    }
  }

  #spend(path: string, what: string, cost: bigint): void {
    if (cost > mostOfRule) this.#faults.push(forbidden(path, tooExpensive(what, cost, mostOfRule)))
    this.#total = limited(this.#total + cost)
    if (cost >= mostOfSchema / 100n) this.#expensive.push({ path, cost })
  }
}

/** How often values stand below a schema that stands as often as given. */
function innerCardinality(schema: StructuralSchema, cardinality: bigint | undefined): bigint | undefined {
  const isMap = schema.type === 'object' && schema.additionalProperties !== undefined
  if (!isMap && schema.type !== 'array') return cardinality
  const most = isMap ? schema.maxProperties : schema.maxItems
  if (most === undefined || cardinality === undefined) return undefined
  return limited(cardinality * BigInt(Math.max(0, most)))
}

/** Costs stay at the largest that Go's uint64 holds. */
function limited(cost: bigint): bigint {
  const most = 2n ** 64n - 1n
  return cost > most ? most : cost
}

function tooExpensive(what: string, cost: bigint, most: bigint): string {
  const factor = Number(cost) / Number(most)
  const shown = factor > 100 ? 'more than 100x' : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`
}

function invalid(path: string, shown: string, detail: string): DefinitionFault {
  return { reason: 'FieldValueInvalid', path, message: `Invalid value: ${shown}: ${detail}` }
}

function forbidden(path: string, detail: string): DefinitionFault {
  return { reason: 'FieldValueForbidden', path, message: `Forbidden: ${detail}` }
}

/** A rule under the names of Go's struct, as errors show it. */
function goRule(rule: ValidationRule): string {
  return JSON.stringify({
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  })
}
