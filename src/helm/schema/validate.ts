import { compareStrings } from '../../base/index.ts'
import { GoInt, type GoMap, type GoValue, isList, isMap, mapGet, quote } from '../../gotemplate/index.ts'
import { formatFault } from './formats.ts'
import { displayed, encodePointer, escapePointer, localCount, localNumber, quoted, quotedList } from './text.ts'
import { type JsonType, jsonTypes, type Schema, type SchemaFault } from './types.ts'
import { keepCommon, type Unevaluated, unevaluatedOf } from './unevaluated.ts'
import { isMultipleOf, jsonEqual, jsonTypeOf, sameItems } from './values.ts'

interface Scope {
  readonly schema: Schema
  /** The keyword that led here where it was a reference; else the place in the document says it. */
  readonly keyword: string
  /** Differs between values, so that a schema may meet itself on another one. */
  readonly value: GoValue
  readonly depth: number
  readonly parent: Scope | undefined
}

/** How deep values and references may nest; hostile schemas go deeper. */
const maxDepth = 2_000

/**
 * What is wrong with a value, in the order of the keywords; properties by name. Empty when nothing is.
 * Source of the behaviour: santhosh-tekuri/jsonschema v6.0.2 validator.go.
 */
export function findFaults(schema: Schema, value: GoValue): readonly SchemaFault[] {
  const root: Scope = { schema, keyword: '', value, depth: 0, parent: undefined }
  const faults = new Validation(root, [], unevaluatedOf(value, schema, false)).run()
  if (faults === undefined) return []
  return faults.kind === 'group' ? faults.causes : [faults]
}

/** One schema applied to one value. */
class Validation {
  readonly #scope: Scope
  readonly #schema: Schema
  readonly #value: GoValue
  readonly #at: readonly string[]
  readonly #faults: SchemaFault[] = []
  readonly unevaluated: Unevaluated

  constructor(scope: Scope, at: readonly string[], unevaluated: Unevaluated) {
    this.#scope = scope
    this.#schema = scope.schema
    this.#value = scope.value
    this.#at = at
    this.unevaluated = unevaluated
  }

  run(): SchemaFault | undefined {
    const schema = this.#schema
    if (schema.bool !== undefined) return schema.bool ? undefined : this.#fault('false schema')
    const wrong = this.#cycle() ?? this.#simple()
    if (wrong !== undefined) return this.#fault(wrong)
    if (schema.ref !== undefined) {
      const fault = this.#reference(schema.ref, '$ref')
      if (schema.draft < 2019) return fault
      this.#add(fault)
    }
    const value = this.#value
    if (isMap(value)) this.#object(value)
    else if (isList(value)) this.#array(value)
    else if (typeof value === 'string') this.#text(value)
    else if (typeof value === 'number' || value instanceof GoInt)
      this.#number(Number(value instanceof GoInt ? value.value : value))
    if (schema.draft >= 2019) this.#dynamicReferences()
    this.#conditions()
    if (schema.draft >= 2019) this.#unevaluated()
    if (this.#faults.length < 2) return this.#faults[0]
    return { at: this.#at, message: 'validation failed', kind: 'group', causes: this.#faults }
  }

  #fault(message: string, causes: readonly SchemaFault[] = []): SchemaFault {
    return { at: this.#at, message, causes }
  }

  #add(fault: SchemaFault | undefined): void {
    if (fault !== undefined) this.#faults.push(fault)
  }

  #say(message: string, causes: readonly SchemaFault[] = []): void {
    this.#faults.push(this.#fault(message, causes))
  }

  /** A schema that comes back to itself on the same value. */
  #cycle(): string | undefined {
    const { schema, depth } = this.#scope
    if (depth > maxDepth) return 'schemas and values are nested too deeply'
    for (let scope = this.#scope.parent; scope !== undefined; scope = scope.parent) {
      if (scope.depth !== depth) return undefined
      if (scope.schema === schema) {
        const url = quote(`${schema.document}#${encodePointer(schema.pointer)}`)
        return `both ${keywordPath(this.#scope)} and ${keywordPath(scope)} resolve to ${url} causing reference cycle`
      }
    }
    return undefined
  }

  /** type, const, enum and format: the first that fails is the only one named. */
  #simple(): string | undefined {
    const { types, enum: options, const: only, format } = this.#schema
    const value = this.#value
    const type = jsonTypeOf(value)
    if (types !== undefined && !types.has(type)) {
      const isWhole = type === 'number' && types.has('integer') && Number.isInteger(Number(value))
      if (!isWhole && !(value instanceof GoInt && types.has('integer'))) {
        return `got ${type}, want ${jsonTypes.filter((each: JsonType) => types.has(each)).join(' or ')}`
      }
    }
    if (only !== undefined && !jsonEqual(value, only.value)) {
      return isMap(only.value) || isList(only.value) ? "'const' failed" : `value must be ${displayed(only.value)}`
    }
    if (options !== undefined && !options.some((each) => jsonEqual(value, each))) return wrongOption(options)
    if (format !== undefined && typeof value === 'string') {
      const reason = formatFault(format, value)
      if (reason !== undefined) return `${quoted(value)} is not valid ${format}: ${reason}`
    }
    return undefined
  }

  #object(value: GoMap): void {
    const schema = this.#schema
    const names = Object.keys(value).sort(compareStrings)
    if (schema.minProperties !== undefined && names.length < schema.minProperties) {
      this.#say(limit('minProperties', names.length, schema.minProperties))
    }
    if (schema.maxProperties !== undefined && names.length > schema.maxProperties) {
      this.#say(limit('maxProperties', names.length, schema.maxProperties))
    }
    const missing = absent(value, schema.required ?? [])
    if (missing.length > 0) {
      this.#say(`missing ${missing.length === 1 ? 'property' : 'properties'} ${quotedList(missing)}`)
    }
    for (const [name, dependency] of schema.dependencies ?? []) {
      if (!Object.hasOwn(value, name)) continue
      if ('document' in dependency) this.#add(this.#self(dependency))
      else this.#requires(value, name, dependency)
    }
    this.#properties(value, names)
    if (schema.draft >= 6 && schema.propertyNames !== undefined) {
      for (const name of names) {
        const faults = findFaults(schema.propertyNames, name)
        if (faults.length > 0) {
          this.#faults.push({ at: [], message: `invalid propertyName ${quoted(name)}`, causes: faults })
        }
      }
    }
    if (schema.draft < 2019) return
    for (const [name, each] of schema.dependentSchemas ?? []) {
      if (Object.hasOwn(value, name)) this.#add(this.#self(each))
    }
    for (const [name, required] of schema.dependentRequired ?? []) {
      if (Object.hasOwn(value, name)) this.#requires(value, name, required)
    }
  }

  #requires(value: GoMap, name: string, required: readonly string[]): void {
    const missing = absent(value, required)
    if (missing.length > 0) this.#say(`properties ${quotedList(missing)} required, if ${quoted(name)} exists`)
  }

  #properties(value: GoMap, names: readonly string[]): void {
    const { properties, patternProperties, additionalProperties } = this.#schema
    const additional: string[] = []
    for (const name of names) {
      const each = value[name]
      let evaluated = false
      const schema = properties?.get(name)
      if (schema !== undefined) {
        evaluated = true
        this.#add(this.#inside(schema, each, name))
      }
      for (const [pattern, inner] of patternProperties ?? []) {
        if (!pattern.matcher(name).find()) continue
        evaluated = true
        this.#add(this.#inside(inner, each, name))
      }
      if (!evaluated && additionalProperties !== undefined) {
        evaluated = true
        if (additionalProperties === false) additional.push(name)
        else if (additionalProperties !== true) this.#add(this.#inside(additionalProperties, each, name))
      }
      if (evaluated) this.unevaluated.props?.delete(name)
    }
    if (additional.length > 0) this.#say(`additional properties ${quotedList(additional)} not allowed`)
  }

  #array(value: readonly GoValue[]): void {
    const schema = this.#schema
    if (schema.minItems !== undefined && value.length < schema.minItems) {
      this.#say(limit('minItems', value.length, schema.minItems))
    }
    if (schema.maxItems !== undefined && value.length > schema.maxItems) {
      this.#say(limit('maxItems', value.length, schema.maxItems))
    }
    const same = schema.uniqueItems ? sameItems(value) : undefined
    if (same !== undefined) this.#say(`items at ${localCount(same[0])} and ${localCount(same[1])} are equal`)
    if (schema.draft < 2020) this.#items(value)
    else {
      const first = schema.prefixItems ?? []
      value.forEach((each, i) => {
        const inner = first[i] ?? schema.items2020
        // Later items are counted from the end of the prefix, as upstream counts them.
        if (inner !== undefined) this.#add(this.#inside(inner, each, String(i < first.length ? i : i - first.length)))
      })
    }
    if (schema.contains !== undefined) this.#contains(schema.contains, value)
  }

  #items(value: readonly GoValue[]): void {
    const { items, additionalItems } = this.#schema
    if (items !== undefined && 'document' in items) {
      value.forEach((each, i) => {
        this.#add(this.#inside(items, each, String(i)))
      })
      return
    }
    const first = items ?? []
    value.slice(0, first.length).forEach((each, i) => {
      this.#add(this.#inside(first[i]!, each, String(i)))
    })
    if (items === undefined || additionalItems === undefined || additionalItems === true) return
    const rest = value.slice(first.length)
    if (additionalItems === false) {
      if (rest.length > 0) this.#say(`last ${localCount(rest.length)} additionalItem(s) not allowed`)
    } else {
      rest.forEach((each, i) => {
        this.#add(this.#inside(additionalItems, each, String(i)))
      })
    }
  }

  #contains(schema: Schema, value: readonly GoValue[]): void {
    const { minContains, maxContains, draft } = this.#schema
    const faults: SchemaFault[] = []
    const matched: number[] = []
    value.forEach((each, i) => {
      const fault = this.#inside(schema, each, String(i))
      if (fault !== undefined) faults.push(fault)
      else {
        matched.push(i)
        if (draft >= 2020) this.unevaluated.items?.delete(i)
      }
    })
    const found = `but matched ${localCount(matched.length)} items at ${matched.join(' ')}`
    if (minContains !== undefined) {
      if (matched.length < minContains) {
        const got = matched.length === 0 ? 'but none matched' : found
        this.#say(`min ${localCount(minContains)} items required to match contains schema, ${got}`, faults)
      }
    } else if (matched.length === 0) this.#say('no items match contains schema', faults)
    if (maxContains !== undefined && matched.length > maxContains) {
      this.#say(`max ${localCount(maxContains)} items required to match contains schema, ${found}`)
    }
  }

  #text(value: string): void {
    const { minLength, maxLength, pattern } = this.#schema
    const length = minLength === undefined && maxLength === undefined ? 0 : [...value].length
    if (minLength !== undefined && length < minLength) this.#say(limit('minLength', length, minLength))
    if (maxLength !== undefined && length > maxLength) this.#say(limit('maxLength', length, maxLength))
    if (pattern !== undefined && !pattern.matcher(value).find()) {
      this.#say(`${quoted(value)} does not match pattern ${quoted(pattern.pattern())}`)
    }
  }

  #number(value: number): void {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = this.#schema
    const say = (keyword: string, want: number): void =>
      this.#say(`${keyword}: got ${localNumber(value)}, want ${localNumber(want)}`)
    if (minimum !== undefined && value < minimum) say('minimum', minimum)
    if (maximum !== undefined && value > maximum) say('maximum', maximum)
    if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) say('exclusiveMinimum', exclusiveMinimum)
    if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) say('exclusiveMaximum', exclusiveMaximum)
    if (multipleOf !== undefined && !isMultipleOf(value, multipleOf)) say('multipleOf', multipleOf)
  }

  #conditions(): void {
    const { not, allOf, anyOf, oneOf, if: condition, then: yes, else: no } = this.#schema
    if (not !== undefined && this.#self(not) === undefined) this.#say("'not' failed")
    const faultsOf = (schemas: readonly Schema[]): SchemaFault[] =>
      schemas.map((each) => this.#self(each)).filter((fault) => fault !== undefined)
    if (allOf !== undefined) {
      const faults = faultsOf(allOf)
      if (faults.length > 0) this.#say("'allOf' failed", faults)
    }
    if (anyOf !== undefined && anyOf.length > 0) {
      const faults = faultsOf(anyOf)
      if (faults.length === anyOf.length) this.#say("'anyOf' failed", faults)
    }
    if (oneOf !== undefined && oneOf.length > 0) this.#oneOf(oneOf)
    if (condition !== undefined) {
      const then = this.#self(condition) === undefined ? yes : no
      if (then !== undefined) this.#add(this.#self(then))
    }
  }

  #oneOf(schemas: readonly Schema[]): void {
    const faults: SchemaFault[] = []
    let matched: number | undefined
    for (let i = 0; i < schemas.length; i++) {
      const fault = this.#self(schemas[i]!)
      if (fault !== undefined) faults.push(fault)
      else if (matched === undefined) matched = i
      else {
        this.#say(`'oneOf' failed, subschemas ${localCount(matched)}, ${localCount(i)} matched`)
        return
      }
    }
    if (matched === undefined) this.#say("'oneOf' failed, none matched", faults)
  }

  #unevaluated(): void {
    const { unevaluatedProperties, unevaluatedItems } = this.#schema
    const value = this.#value
    if (unevaluatedProperties !== undefined && isMap(value)) {
      for (const name of [...(this.unevaluated.props ?? [])].sort(compareStrings)) {
        this.#add(this.#inside(unevaluatedProperties, value[name], name))
      }
      this.unevaluated.props = undefined
    }
    if (unevaluatedItems !== undefined && isList(value)) {
      for (const i of this.unevaluated.items ?? []) this.#add(this.#inside(unevaluatedItems, value[i], String(i)))
      this.unevaluated.items = undefined
    }
  }

  /** Another schema on the same value; what it evaluates counts as evaluated here. */
  #self(schema: Schema, keyword = ''): SchemaFault | undefined {
    const { depth } = this.#scope
    const callerNeeds = (this.unevaluated.props?.size ?? 0) + (this.unevaluated.items?.size ?? 0) > 0
    const inner = new Validation(
      { schema, keyword, value: this.#value, depth, parent: this.#scope },
      this.#at,
      unevaluatedOf(this.#value, schema, callerNeeds),
    )
    const fault = inner.run()
    if (fault !== undefined) return fault
    keepCommon(this.unevaluated.props, inner.unevaluated.props)
    keepCommon(this.unevaluated.items, inner.unevaluated.items)
    return undefined
  }

  /** A schema on a value inside this one. */
  #inside(schema: Schema, value: GoValue, token: string): SchemaFault | undefined {
    const scope: Scope = { schema, keyword: '', value, depth: this.#scope.depth + 1, parent: this.#scope }
    return new Validation(scope, [...this.#at, token], unevaluatedOf(value, schema, false)).run()
  }

  #reference(schema: Schema, keyword: string): SchemaFault | undefined {
    const fault = this.#self(schema, keyword)
    if (fault === undefined) return undefined
    const causes = fault.kind === 'group' ? fault.causes : [fault]
    return { at: this.#at, message: 'validation failed', kind: 'ref', causes }
  }

  #dynamicReferences(): void {
    const { recursiveRef, dynamicRef } = this.#schema
    if (recursiveRef !== undefined) {
      let target = recursiveRef
      if (target.recursiveAnchor) {
        for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.parent) {
          if (scope.schema.resource?.recursiveAnchor) target = scope.schema
        }
      }
      this.#add(this.#reference(target, '$recursiveRef'))
    }
    if (dynamicRef === undefined) return
    let { target } = dynamicRef
    if (dynamicRef.anchor !== '' && target.dynamicAnchor === dynamicRef.anchor) {
      for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.parent) {
        target = scope.schema.resource?.dynamicAnchors?.get(dynamicRef.anchor) ?? target
      }
    }
    this.#add(this.#reference(target, '$dynamicRef'))
  }
}

/** The way from the root schema, as a pointer of keywords. */
function keywordPath(scope: Scope): string {
  let path = ''
  for (let at = scope; at.parent !== undefined; at = at.parent) {
    const own =
      at.keyword === ''
        ? encodePointer(at.schema.pointer.slice(at.parent.schema.pointer.length))
        : `/${escapePointer(at.keyword)}`
    path = own + path
  }
  return path
}

function limit(keyword: string, got: number, want: number): string {
  return `${keyword}: got ${localCount(got)}, want ${localCount(want)}`
}

function absent(value: GoMap, names: readonly string[]): string[] {
  return names.filter((name) => mapGet(value, name) === undefined)
}

function wrongOption(options: readonly GoValue[]): string {
  if (options.some((each) => isMap(each) || isList(each))) return "'enum' failed"
  return `value must be ${options.length === 1 ? '' : 'one of '}${options.map(displayed).join(', ')}`
}
