import { compareStrings } from '../base/index.ts'
import { formatFloat, type YamlNode } from '../yaml/index.ts'
import { fail, isFailure } from './errors.ts'
import { FieldSpecIndex, visitFieldSpecs } from './field-spec.ts'
import { toJson } from './json.ts'
import type { VarArgs } from './kustomization.ts'
import { lookup } from './lookup.ts'
import { splitBracketPath } from './path-splitter.ts'
import { apiVersionOfGvk, parseGroupVersion, type ResId, sameGvk, sameId } from './resid.ts'
import type { ResMap } from './resmap.ts'
import type { Resource } from './resource.ts'
import { isStringScalar, newString, nullTag } from './rnode.ts'
import type { TransformerConfig } from './transformer-config.ts'
import type { OriginStep } from './types.ts'

/** A variable with its defaults filled in. */
export interface Variable {
  readonly name: string
  readonly target: ResId
  readonly fieldPath: string
  readonly step: OriginStep
}

type Primitive = string | number | bigint | boolean

/** The variables that a build has met, by name (api/types VarSet). */
export class VariableSet {
  readonly #byName = new Map<string, Variable>()

  get sorted(): Variable[] {
    return [...this.#byName.values()].sort((a, b) => compareStrings(a.name, b.name))
  }

  add(variable: Variable): void {
    if (this.#byName.has(variable.name)) fail(`var '${variable.name}' already encountered`)
    this.#byName.set(variable.name, variable)
  }
}

/** Reads the entries of `vars`. */
export function makeVariable(args: VarArgs, step: OriginStep): Variable {
  const object = args.objref ?? {}
  const own = { group: object.group ?? '', version: object.version ?? '' }
  const slashes = (object.apiVersion ?? '').split('/').length
  const named = object.apiVersion ? parseGroupVersion(object.apiVersion) : own
  const gv = !object.apiVersion || slashes > 2 ? own : slashes === 1 ? { ...own, version: named.version } : named
  const target: ResId = {
    ...gv,
    kind: object.kind ?? '',
    name: object.name ?? '',
    namespace: object.namespace ?? '',
    clusterScoped: false,
  }
  return { name: args.name ?? '', target, fieldPath: args.fieldref?.fieldPath || 'metadata.name', step }
}

/** Notes on resources which variables read from them (ResAccumulator.MergeVars). */
export function bindVariables(map: ResMap, variables: readonly Variable[]): void {
  for (const { name, target } of variables) {
    const found = map.byAnyMatch((id) =>
      target.namespace === '' ? id.name === target.name && sameGvk(id, target) : sameId(id, target),
    )
    if (found.length > 1) {
      fail(`found ${found.length} resId matches for var ${varText(target, name)} (unable to disambiguate)`)
    }
    found[0]?.refVarNames.push(name)
  }
}

/**
 * Replaces `$(NAME)` where the configuration says that variables may be (ResAccumulator.ResolveVars).
 * @returns the names that stood nowhere.
 */
export function resolveVariables(map: ResMap, variables: VariableSet, config: TransformerConfig): readonly string[] {
  const values = new Map<string, { readonly value: unknown; readonly step: OriginStep }>()
  for (const variable of variables.sorted) {
    values.set(variable.name, { value: variableValue(map, variable), step: variable.step })
  }
  if (values.size === 0) return []
  const unused = new Set(values.keys())
  const index = new FieldSpecIndex(config.varReference)
  for (const resource of map.resources) {
    let used: OriginStep | undefined
    const expand = (text: string): Primitive =>
      expandVariables(text, (name) => {
        const found = values.get(name)
        if (found === undefined || !isPrimitive(found.value)) return `$(${name})`
        used = found.step
        unused.delete(name)
        return found.value
      })
    const write = (node: YamlNode): void => {
      used = undefined
      writeValue(node, expand(node.value))
      if (used === undefined) return
      resource.mark(node, used)
      resource.addStep(used)
    }
    visitFieldSpecs(resource.root, index, { set: (node) => visitStrings(node, write) })
  }
  return [...unused]
}

/** Variables in a text; one that is all of the text keeps its type (api/filters/refvar/expand.go). */
export function expandVariables(text: string, valueFor: (name: string) => Primitive): Primitive {
  let out = ''
  let from = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '$' || i + 1 >= text.length) continue
    out += text.slice(from, i)
    const next = text[i + 1]!
    const close = next === '(' ? text.indexOf(')', i + 2) : -1
    if (close >= 0) {
      const name = text.slice(i + 2, close)
      const value = valueFor(name)
      if (text === `$(${name})`) return value
      out += primitiveText(value)
      i = close
    } else {
      out += next === '$' ? '$' : `$${next}`
      i++
    }
    from = i + 1
  }
  return out + text.slice(from)
}

function visitStrings(node: YamlNode, write: (node: YamlNode) => void): void {
  if (node.tag === nullTag) return
  if (node.kind === 'scalar') {
    if (isStringScalar(node)) write(node)
  } else if (node.kind === 'mapping') {
    for (let i = 0; i + 1 < node.content.length; i += 2) {
      const key = node.content[i]!
      if (!isStringScalar(key)) fail(`invalid map key: value='${key.value}', tag='${key.tag}'`)
      const value = node.content[i + 1]!
      if (isStringScalar(value)) write(value)
    }
  } else if (node.kind === 'sequence') {
    for (const item of node.content) {
      if (!isStringScalar(item)) fail('invalid value type expect a string')
      write(item)
    }
  }
}

function writeValue(node: YamlNode, value: Primitive): void {
  if (typeof value === 'string') {
    node.value = newString(value).value
    node.tag = '!!str'
  } else if (typeof value === 'boolean') {
    node.value = String(value)
    node.tag = '!!bool'
  } else {
    node.value = typeof value === 'number' ? decimalText(value) : String(value)
    node.tag = typeof value === 'number' ? '!!float' : '!!int'
  }
  node.style = ''
  node.explicitTag = false
}

/** strconv.FormatFloat with 'f': the shortest digits, never an exponent. */
function decimalText(value: number): string {
  const [mantissa = '', exponent] = String(Math.abs(value)).split('e')
  const sign = value < 0 ? '-' : ''
  if (exponent === undefined) return sign + mantissa
  const [whole = '', fraction = ''] = mantissa.split('.')
  const shift = Number(exponent)
  if (shift < 0) return `${sign}0.${'0'.repeat(-shift - 1)}${whole}${fraction}`
  return `${sign}${(whole + fraction).padEnd(shift + 1, '0')}`
}

function primitiveText(value: Primitive): string {
  return typeof value === 'number' ? formatFloat(value) : String(value)
}

function isPrimitive(value: unknown): value is Primitive {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
}

function variableValue(map: ResMap, variable: Variable): unknown {
  const text = varText(variable.target, variable.name)
  const resource = map.resources.find((candidate) => candidate.refVarNames.includes(variable.name))
  if (resource === undefined) fail(`var '${text}' cannot be mapped to a field in the set of known resources`)
  try {
    return fieldValue(resource, variable.fieldPath)
  } catch (error) {
    if (!isFailure(error)) throw error
    fail(`field specified in var '${text}' not found in corresponding resource`)
  }
}

function fieldValue(resource: Resource, path: string): unknown {
  const parts = splitBracketPath(path, '.').flatMap((part) => {
    const match = /^(.*)\[(\d+)\]$/.exec(part)
    if (match === null) return [part]
    return match[1] === '' ? [match[2]!] : [match[1]!, match[2]!]
  })
  const node = lookup(resource.root, parts)
  if (node === undefined) fail(`no field named '${path}'`)
  if (node.kind !== 'scalar') return toJson(node)
  switch (node.tag) {
    case '!!int':
      return integerOf(node.value)
    case '!!float': {
      const value = Number(node.value.replace(/^([+-]?)\.inf$/i, '$1Infinity'))
      return Number.isNaN(value) ? fail(`strconv.ParseFloat: parsing "${node.value}"`) : value
    }
    case '!!bool':
      return /^(1|t|T|TRUE|true|True)$/.test(node.value)
    default:
      return node.value
  }
}

/** strconv.Atoi: decimal, 64 bits. */
function integerOf(text: string): bigint {
  const value = /^[+-]?[0-9]+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined
  if (value === undefined || value !== BigInt.asIntN(64, value)) fail(`strconv.Atoi: parsing "${text}"`)
  return value
}

function varText(target: ResId, name: string): string {
  return `{${name} {${apiVersionOfGvk(target)} ${target.kind} ${target.name} ${target.namespace}}}`
}
