import { compareStrings } from '../../base/index.ts'
import { GoError, GoInt, type GoMap, type GoValue, isList, isMap, mapGet, quote } from '../../gotemplate/index.ts'
import { compileRegex } from '../functions/re2.ts'
import { metaschemaDocument, SchemaDocument } from './documents.ts'
import type { Draft } from './drafts.ts'
import { encodePointer, escapePointer } from './text.ts'
import { type JsonType, jsonTypes, type Schema } from './types.ts'
import { resolveUrl, splitFragment, unescapePercent } from './urls.ts'

/** Checks a schema against its draft's metaschema; throws what is wrong. */
export type CheckSchema = (compiler: SchemaCompiler, document: SchemaDocument, pointer: string) => void

/**
 * Compiles schemas and all that they refer to. Documents come from the JSON Schema project or from the caller; nothing is
 * fetched. Source of the behaviour: santhosh-tekuri/jsonschema v6.0.2 (compiler.go, objcompiler.go, roots.go).
 */
export class SchemaCompiler {
  readonly #documents = new Map<string, SchemaDocument>()
  readonly #given: ReadonlyMap<string, GoValue>
  readonly #schemas = new Map<string, Schema>()
  readonly #check: CheckSchema
  /** Formats are assertions in every draft: so in metaschemas. */
  readonly #assertFormat: boolean
  /** Schemas to compile, and what their documents have there where that was at hand. */
  readonly #queue: { readonly schema: Schema; readonly value: GoValue }[] = []

  constructor(given: ReadonlyMap<string, GoValue>, check: CheckSchema, assertFormat = false) {
    this.#given = given
    this.#check = check
    this.#assertFormat = assertFormat
  }

  /** @throws GoError naming what is wrong with the schema. */
  compile(url: string): Schema {
    const first = this.#enqueue(this.document(url).url, '')
    // It grows meanwhile.
    for (const { schema, value } of this.#queue) this.#compileOne(schema, value)
    this.#queue.length = 0
    return first
  }

  /** @throws GoError when there is none. */
  document(url: string): SchemaDocument {
    const known = this.#documents.get(url)
    if (known !== undefined) return known
    const document = new SchemaDocument(url, this.#load(url), (each) => this.#load(each))
    this.#documents.set(url, document)
    if (!/^https?:\/\/json-schema\.org\//.test(url)) this.#check(this, document, '')
    return document
  }

  #load(url: string): GoValue {
    const found = this.#given.get(url) ?? metaschemaDocument(url)
    if (found !== undefined) return found
    const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(url)?.[1] ?? ''
    // Helm takes what it cannot resolve here for a schema that anything fits.
    if (scheme === 'urn') return true
    const failing = `failing loading ${quote(url)}`
    if (scheme === 'file') {
      throw new GoError(`${failing}: open ${url.replace(/^file:\/\//, '')}: no such file or directory`)
    }
    if (scheme === 'http' || scheme === 'https') {
      throw new GoError(`${failing}: HTTP request failed for ${url}: schemas are not loaded over the network`)
    }
    throw new GoError(`${failing}: no URLLoader registered for ${quote(url)}`)
  }

  #enqueue(url: string, pointer: string, value?: GoValue): Schema {
    const key = `${url}#${pointer}`
    let schema = this.#schemas.get(key)
    if (schema === undefined) {
      schema = { document: url, pointer, draft: 2020, resource: undefined }
      this.#schemas.set(key, schema)
      this.#queue.push({ schema, value })
    }
    return schema
  }

  #compileOne(schema: Schema, known: GoValue): void {
    const document = this.document(schema.document)
    if (!document.isKnown(schema.pointer)) {
      document.add(schema.pointer)
      this.#check(this, document, schema.pointer)
    }
    const value = known === undefined ? document.lookUp(schema.pointer) : known
    const resource = document.resourceAt(schema.pointer)
    schema.draft = resource.draft.version
    schema.resource = this.#enqueue(schema.document, resource.pointer)
    if (schema.draft >= 2020 && schema.resource === schema) {
      schema.dynamicAnchors = new Map()
      for (const anchor of resource.dynamicAnchors) {
        schema.dynamicAnchors.set(anchor, this.#enqueue(schema.document, resource.anchors.get(anchor)!))
      }
    }
    if (typeof value === 'boolean') schema.bool = value
    else if (isMap(value)) {
      if (Object.keys(value).length === 0) schema.bool = true
      else this.#keywords(schema, value, resource.draft)
    }
  }

  #keywords(schema: Schema, value: GoMap, draft: Draft): void {
    const { version } = draft
    const ref = this.#reference(schema, mapGet(value, '$ref'))
    if (ref !== undefined) {
      schema.ref = ref
      // Before 2019, `$ref` makes all beside it void.
      if (version < 2019) return
    }
    this.#applicators(schema, value)
    this.#assertions(schema, value)
    const format = mapGet(value, 'format')
    if (typeof format === 'string' && (this.#assertFormat || version < 2019)) schema.format = format
    if (version >= 6) {
      assign(schema, 'contains', this.#one(schema, value, 'contains'))
      assign(schema, 'propertyNames', this.#one(schema, value, 'propertyNames'))
      if (Object.hasOwn(value, 'const')) schema.const = { value: value['const'] }
    }
    if (version >= 7) {
      assign(schema, 'if', this.#one(schema, value, 'if'))
      if (schema.if !== undefined) {
        assign(schema, 'then', this.#one(schema, value, 'then'))
        assign(schema, 'else', this.#one(schema, value, 'else'))
      }
    }
    if (version >= 2019) this.#keywords2019(schema, value)
    if (version >= 2020) {
      const dynamic = mapGet(value, '$dynamicRef')
      const target = this.#reference(schema, dynamic)
      if (target !== undefined) {
        const fragment = unescapePercent(splitFragment(dynamic as string)[1]) ?? ''
        schema.dynamicRef = { target, anchor: fragment.startsWith('/') ? '' : fragment }
      }
      const anchor = mapGet(value, '$dynamicAnchor')
      if (typeof anchor === 'string') schema.dynamicAnchor = anchor
      assign(schema, 'prefixItems', this.#list(schema, value, 'prefixItems'))
      assign(schema, 'items2020', this.#one(schema, value, 'items'))
    }
  }

  #keywords2019(schema: Schema, value: GoMap): void {
    assign(schema, 'recursiveRef', this.#reference(schema, mapGet(value, '$recursiveRef')))
    schema.recursiveAnchor = mapGet(value, '$recursiveAnchor') === true
    if (schema.contains !== undefined) {
      assign(schema, 'minContains', count(value, 'minContains'))
      assign(schema, 'maxContains', count(value, 'maxContains'))
    }
    const required = mapGet(value, 'dependentRequired')
    if (isMap(required)) {
      const lists = sorted(required).filter(([, each]) => isList(each))
      schema.dependentRequired = new Map(lists.map(([name, each]) => [name, texts(each)]))
    }
    assign(schema, 'dependentSchemas', this.#map(schema, value, 'dependentSchemas'))
    assign(schema, 'unevaluatedItems', this.#one(schema, value, 'unevaluatedItems'))
    assign(schema, 'unevaluatedProperties', this.#one(schema, value, 'unevaluatedProperties'))
  }

  #applicators(schema: Schema, value: GoMap): void {
    assign(schema, 'allOf', this.#list(schema, value, 'allOf'))
    assign(schema, 'anyOf', this.#list(schema, value, 'anyOf'))
    assign(schema, 'oneOf', this.#list(schema, value, 'oneOf'))
    assign(schema, 'not', this.#one(schema, value, 'not'))
    if (schema.draft < 2020) {
      assign(schema, 'items', this.#list(schema, value, 'items') ?? this.#one(schema, value, 'items'))
      if (isList(mapGet(value, 'items'))) {
        assign(schema, 'additionalItems', this.#boolOr(schema, value, 'additionalItems'))
      }
    }
    assign(schema, 'properties', this.#map(schema, value, 'properties'))
    assign(schema, 'additionalProperties', this.#boolOr(schema, value, 'additionalProperties'))
    const patterns = this.#map(schema, value, 'patternProperties')
    if (patterns !== undefined) {
      schema.patternProperties = [...patterns].map(([pattern, each]) => [
        this.#regex(schema, 'patternProperties', pattern),
        each,
      ])
    }
    const dependencies = mapGet(value, 'dependencies')
    if (isMap(dependencies)) {
      schema.dependencies = new Map(
        sorted(dependencies).map(([name, each]) => [
          name,
          isList(each) ? texts(each) : this.#inner(schema, `dependencies/${escapePointer(name)}`, each),
        ]),
      )
    }
  }

  #assertions(schema: Schema, value: GoMap): void {
    const types = mapGet(value, 'type')
    const names = (isList(types) ? types : [types]).filter((each): each is JsonType =>
      (jsonTypes as readonly GoValue[]).includes(each),
    )
    if (names.length > 0) schema.types = new Set(names)
    const options = mapGet(value, 'enum')
    if (isList(options)) schema.enum = options
    assign(schema, 'multipleOf', number(value, 'multipleOf'))
    for (const [plain, exclusive] of [
      ['maximum', 'exclusiveMaximum'],
      ['minimum', 'exclusiveMinimum'],
    ] as const) {
      // Draft 4 has a boolean beside the limit, later ones a limit of its own.
      if (mapGet(value, exclusive) === true) assign(schema, exclusive, number(value, plain))
      else {
        assign(schema, plain, number(value, plain))
        assign(schema, exclusive, number(value, exclusive))
      }
    }
    for (const key of ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'] as const) {
      assign(schema, key, count(value, key))
    }
    schema.uniqueItems = mapGet(value, 'uniqueItems') === true
    const required = mapGet(value, 'required')
    if (isList(required)) schema.required = texts(required)
    const pattern = mapGet(value, 'pattern')
    if (typeof pattern === 'string') schema.pattern = this.#regex(schema, 'pattern', pattern)
  }

  #regex(schema: Schema, keyword: string, pattern: string): ReturnType<typeof compileRegex> {
    try {
      return compileRegex(pattern)
    } catch (error) {
      if (!(error instanceof GoError)) throw error
      const location = `${schema.document}#${encodePointer(schema.pointer)}/${keyword}`
      throw new GoError(`invalid regex ${quote(pattern)} at ${quote(location)}: ${error.message}`)
    }
  }

  #reference(schema: Schema, reference: GoValue): Schema | undefined {
    if (typeof reference !== 'string') return undefined
    const document = this.document(schema.document)
    const [plain, raw] = splitFragment(reference)
    const fragment = unescapePercent(raw)
    const url = resolveUrl(document.resourceAt(schema.pointer).id, plain)
    if (url === undefined || fragment === undefined) {
      const bad = /%.{0,2}/.exec(reference)?.[0] ?? ''
      throw new GoError(`error in parsing ${quote(reference)}: invalid URL escape ${quote(bad)}`)
    }
    const local = document.resourceById(url)
    if (local !== undefined) return this.#enqueue(document.url, document.resolve(fragment, local))
    const other = this.document(url)
    return this.#enqueue(url, other.resolve(fragment, other.resourceAt('')))
  }

  #inner(schema: Schema, path: string, value: GoValue): Schema {
    return this.#enqueue(schema.document, `${schema.pointer}/${path}`, value)
  }

  #one(schema: Schema, value: GoMap, key: string): Schema | undefined {
    return Object.hasOwn(value, key) ? this.#inner(schema, key, value[key]) : undefined
  }

  #list(schema: Schema, value: GoMap, key: string): Schema[] | undefined {
    const list = mapGet(value, key)
    return isList(list) ? list.map((each, i) => this.#inner(schema, `${key}/${i}`, each)) : undefined
  }

  #map(schema: Schema, value: GoMap, key: string): Map<string, Schema> | undefined {
    const map = mapGet(value, key)
    if (!isMap(map)) return undefined
    return new Map(
      sorted(map).map(([name, each]) => [name, this.#inner(schema, `${key}/${escapePointer(name)}`, each)]),
    )
  }

  #boolOr(schema: Schema, value: GoMap, key: string): boolean | Schema | undefined {
    const own = mapGet(value, key)
    return typeof own === 'boolean' ? own : this.#one(schema, value, key)
  }
}

/** Leaves a keyword out where it is not given. */
function assign<K extends keyof Schema>(schema: Schema, key: K, value: Schema[K]): void {
  if (value !== undefined) schema[key] = value
}

function sorted(map: GoMap): [string, GoValue][] {
  return Object.entries(map).sort(([a], [b]) => compareStrings(a, b))
}

function texts(list: GoValue): string[] {
  return isList(list) ? list.filter((each): each is string => typeof each === 'string') : []
}

function number(value: GoMap, key: string): number | undefined {
  const found = mapGet(value, key)
  if (found instanceof GoInt) return Number(found.value)
  return typeof found === 'number' ? found : undefined
}

function count(value: GoMap, key: string): number | undefined {
  const found = number(value, key)
  return Number.isInteger(found) ? found : undefined
}
