import {
  type CelBase,
  type CelEnvironment,
  type CelProgram,
  type CelType,
  compile,
  optionalType,
} from '../cel/index.ts'
import { escapeName } from './cel-escape.ts'
import { type Declaration, declarationOf, providerOf } from './cel-types.ts'
import { resolveFieldPath } from './field-path.ts'
import type { StructuralSchema, ValidationRule } from './types.ts'

/** A rule ready to run, or why it cannot. */
export interface CompiledRule {
  readonly rule: ValidationRule
  readonly program: CelProgram | undefined
  /** Empty when the rule compiled, or is empty. */
  readonly error: string
  readonly usesOldSelf: boolean
  /** The rule's messageExpression; undefined where it does not compile, too. */
  readonly message: CelProgram | undefined
  /** Why the messageExpression is none; empty when it compiled, or is absent. */
  readonly messageError: string
  readonly fieldPath: { readonly text: string; readonly steps: readonly string[] } | undefined
}

/** The rules of a schema, in the schema's own form; parts without rules are left out. */
export interface RuleNode {
  readonly schema: StructuralSchema
  readonly resourceRoot: boolean
  /** What the rules see as `self`. */
  readonly declaration: Declaration | undefined
  readonly rules: readonly CompiledRule[]
  /** Set when no rule of this node can be compiled. */
  readonly error: string
  readonly items: RuleNode | undefined
  readonly values: RuleNode | undefined
  readonly properties: ReadonlyMap<string, RuleNode>
  readonly allOf: readonly RuleNode[]
}

/**
 * Compiles all CEL rules in a schema; `undefined` when it has none.
 * apiextensions-apiserver pkg/apiserver/schema/cel/{compilation,validation}.go.
 */
export function compileRules(
  base: () => CelBase,
  schema: StructuralSchema,
  resourceRoot: boolean,
): RuleNode | undefined {
  if (!hasRules(schema, new Set())) return undefined
  const declaration = declarationOf(schema, resourceRoot)
  return new RuleCompiler(base()).node({ rules: schema, schema, resourceRoot, declaration })
}

/** A quick look, so that schemas without rules need no declarations. Schemas may be shared and cyclic. */
function hasRules(schema: StructuralSchema, seen: Set<StructuralSchema>): boolean {
  if (seen.has(schema)) return false
  seen.add(schema)
  if ((schema['x-kubernetes-validations']?.length ?? 0) > 0) return true
  const { items, additionalProperties, properties, allOf } = schema
  const inner = [...Object.values(properties ?? {}), ...(allOf ?? [])]
  if (items !== undefined) inner.push(items)
  if (typeof additionalProperties === 'object') inner.push(additionalProperties)
  return inner.some((member) => hasRules(member, seen))
}

interface Source {
  /** Where the rules are written: the schema itself, or a member of its `allOf`. */
  readonly rules: StructuralSchema
  readonly schema: StructuralSchema
  readonly resourceRoot: boolean
  readonly declaration: Declaration | undefined
}

const isEmbedded = (schema: StructuralSchema): boolean => schema['x-kubernetes-embedded-resource'] === true

class RuleCompiler {
  readonly #base: CelBase

  constructor(base: CelBase) {
    this.#base = base
  }

  node(source: Source): RuleNode | undefined {
    const { rules: written, schema, resourceRoot } = source
    const validations = written['x-kubernetes-validations'] ?? []
    // Each set of rules names types from its own self.
    const declaration = validations.length > 0 ? declarationOf(schema, resourceRoot) : source.declaration
    const error =
      validations.length > 0 && declaration === undefined
        ? 'failed to convert to declType for CEL validation rules'
        : ''
    const rules = declaration === undefined ? [] : validations.map((rule) => this.#rule(rule, schema, declaration))
    const items = this.#child(written.items, schema.items, declaration?.element)
    const values = this.#child(
      schemaOf(written.additionalProperties),
      schemaOf(schema.additionalProperties),
      declaration?.element,
    )
    const properties = this.#properties(written, schema, declaration)
    const allOf = (written.allOf ?? [])
      .map((member) => this.node({ rules: member, schema, resourceRoot, declaration }))
      .filter((member) => member !== undefined)
    const empty =
      rules.length === 0 &&
      error === '' &&
      items === undefined &&
      values === undefined &&
      properties.size === 0 &&
      allOf.length === 0
    return empty ? undefined : { schema, resourceRoot, declaration, rules, error, items, values, properties, allOf }
  }

  #child(
    written: StructuralSchema | undefined,
    schema: StructuralSchema | undefined,
    declaration: Declaration | undefined,
  ): RuleNode | undefined {
    if (written === undefined || schema === undefined) return undefined
    return this.node({ rules: written, schema, resourceRoot: isEmbedded(schema), declaration })
  }

  #properties(
    written: StructuralSchema,
    schema: StructuralSchema,
    declaration: Declaration | undefined,
  ): ReadonlyMap<string, RuleNode> {
    const out = new Map<string, RuleNode>()
    for (const [name, property] of Object.entries(written.properties ?? {})) {
      const own = schema.properties?.[name]
      if (own === undefined) continue
      const identifier = escapeName(name)
      // Expressions cannot name a property that has no escape, but its own rules can still see it as self.
      const field =
        identifier === undefined ? declarationOf(own, isEmbedded(own)) : declaration?.fields?.get(identifier)
      if (field === undefined) continue
      const node = this.#child(property, own, field)
      if (node !== undefined) out.set(name, node)
    }
    return out
  }

  #rule(rule: ValidationRule, schema: StructuralSchema, declaration: Declaration): CompiledRule {
    const none = {
      ...{ rule, program: undefined, usesOldSelf: false, message: undefined, messageError: '' },
      fieldPath: undefined,
    }
    if (rule.rule.trim() === '') return { ...none, error: '' }
    const environment = this.#environment(declaration, rule.optionalOldSelf === true)
    const compiled = compile(rule.rule, environment)
    if ('problem' in compiled) {
      const { stage, text } = compiled.problem
      const prefix = stage === 'compile' ? 'compilation failed' : 'program instantiation failed'
      return { ...none, error: `${prefix}: ${text}` }
    }
    if (compiled.program.type.kind !== 'bool') return { ...none, error: 'cel expression must evaluate to a bool' }
    return {
      rule,
      program: compiled.program,
      error: '',
      usesOldSelf: compiled.program.variables.has('oldSelf'),
      ...messageProgram(rule, environment),
      fieldPath: rule.fieldPath === undefined ? undefined : resolveFieldPath(rule.fieldPath, schema),
    }
  }

  #environment(declaration: Declaration, optionalOldSelf: boolean): CelEnvironment {
    const { type } = declaration
    const variables = new Map<string, CelType>([
      ['self', type],
      ['oldSelf', optionalOldSelf ? optionalType(type) : type],
    ])
    return this.#base.environment(variables, providerOf(declaration))
  }
}

function schemaOf(value: StructuralSchema | boolean | undefined): StructuralSchema | undefined {
  return typeof value === 'object' ? value : undefined
}

/** Objects are checked with a messageExpression that does not compile to text, too: `message` is used then. */
function messageProgram(
  { messageExpression }: ValidationRule,
  environment: CelEnvironment,
): Pick<CompiledRule, 'message' | 'messageError'> {
  if (messageExpression === undefined || messageExpression === '') return { message: undefined, messageError: '' }
  const compiled = compile(messageExpression, environment)
  if ('problem' in compiled) {
    const { stage, text } = compiled.problem
    const what = stage === 'compile' ? 'messageExpression compilation failed' : 'messageExpression instantiation failed'
    return { message: undefined, messageError: `${what}: ${text}` }
  }
  return compiled.program.type.kind === 'string'
    ? { message: compiled.program, messageError: '' }
    : { message: undefined, messageError: 'messageExpression must evaluate to a string' }
}
