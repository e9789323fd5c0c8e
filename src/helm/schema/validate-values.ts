import { GoError, type GoMap, type GoValue, isMap, mapGet, quote, typeOf } from '../../gotemplate/index.ts'
import { type Chart, HelmError } from '../chart.ts'
import { decodeJson } from '../functions/json.ts'
import { type CheckSchema, SchemaCompiler } from './compile.ts'
import { isPlainSchema } from './plain-schema.ts'
import { encodePointer, faultText } from './text.ts'
import type { Schema, SchemaFault } from './types.ts'
import { findFaults } from './validate.ts'

/** Compiled values.schema.json by text, kept between renders. */
export type SchemaCache = Map<string, Schema>

/** As many are kept. */
const maxKept = 100

const schemaUrl = 'file:///values.schema.json'

/** One value that a schema refuses. */
export interface ValueFault {
  /** From the values of the top chart; steps into lists are digits. */
  readonly path: readonly string[]
  readonly message: string
  /** Name of the chart whose schema it is. */
  readonly chart: string
}

/** Values that schemas refuse, in Helm's words, and one by one. */
export class ValuesSchemaError extends HelmError {
  readonly faults: readonly ValueFault[]

  constructor(complaints: string, faults: readonly ValueFault[]) {
    super(`values don't meet the specifications of the schema(s) in the following chart(s):\n${complaints}`)
    this.faults = faults
  }
}

/**
 * Checks values against the values.schema.json of a chart and of its dependencies.
 * Source of the behaviour: Helm 4.1 pkg/chart/common/util/jsonschema.go. Schemas are never fetched over the network.
 * @throws ValuesSchemaError in Helm's words, with every chart that refuses its values.
 */
export function validateValues(chart: Chart, values: GoMap, cache?: SchemaCache): void {
  const faults: ValueFault[] = []
  const complaints = chartComplaints(chart, values, { cache, faults, path: [] })
  if (complaints !== '') throw new ValuesSchemaError(complaints, faults)
}

interface Complaining {
  readonly cache: SchemaCache | undefined
  /** Filled while complaining. */
  readonly faults: ValueFault[]
  /** Of the chart's values in those of the top chart. */
  readonly path: readonly string[]
}

function chartComplaints(chart: Chart, values: GoMap, { cache, faults, path }: Complaining): string {
  let out = ''
  const { name } = chart.metadata
  if (chart.schema !== undefined) {
    const complaint = schemaComplaint(chart.schema, values, cache)
    if (complaint !== undefined) {
      out += `${name}:\n${complaint.text}`
      for (const fault of complaint.faults.flatMap(innermost)) {
        faults.push({ path: [...path, ...fault.at], message: fault.message, chart: name })
      }
    }
  }
  for (const dependency of chart.dependencies) {
    const { name: key } = dependency.metadata
    const inner = mapGet(values, key)
    if (inner === undefined || inner === null) continue
    const below = { cache, faults, path: [...path, key] }
    if (isMap(inner)) out += chartComplaints(dependency, inner, below)
    else {
      const message = `invalid type for values: expected object (map), got ${typeOf(inner)}`
      faults.push({ path: below.path, message, chart: key })
      out += `${key}:\n${message}\n`
    }
  }
  return out
}

/** What is wrong at the bottom: alternatives of which none fits stay one fault at their value. */
function innermost(fault: SchemaFault): SchemaFault[] {
  if (fault.causes.length === 0) return [fault]
  if (fault.kind !== undefined || fault.causes.length === 1) return fault.causes.flatMap(innermost)
  return [fault]
}

interface Complaint {
  readonly text: string
  readonly faults: readonly SchemaFault[]
}

function schemaComplaint(text: string, values: GoMap, cache: SchemaCache | undefined): Complaint | undefined {
  let schema = cache?.get(text)
  if (schema === undefined) {
    try {
      schema = compileSchema(text)
    } catch (error) {
      if (error instanceof GoError) return { text: error.message, faults: [] }
      throw error
    }
    const [oldest] = cache?.keys() ?? []
    if (cache !== undefined && cache.size >= maxKept && oldest !== undefined) cache.delete(oldest)
    cache?.set(text, schema)
  }
  const faults = findFaults(schema, values)
  return faults.length === 0 ? undefined : { text: `${faultText(faults)}\n`, faults }
}

function compileSchema(text: string): Schema {
  const document = readSchema(text)
  return new SchemaCompiler(new Map<string, GoValue>([[schemaUrl, document]]), metaschemaCheck()).compile(schemaUrl)
}

/** The schema reads its file as a stream, whose end it words differently. @throws GoError */
function readSchema(text: string): GoValue {
  try {
    return decodeJson(text)
  } catch (error) {
    if (!(error instanceof GoError)) throw error
    if (error.message.endsWith('after top-level value')) throw new GoError('invalid character after top-level value')
    if (!/^(unexpected end|invalid character ' ')/.test(error.message)) throw error
    throw new GoError(text.trim() === '' ? 'EOF' : 'unexpected EOF')
  }
}

/** The check of schemas against the metaschema of their draft. */
function metaschemaCheck(): CheckSchema {
  const metaschemas = new SchemaCompiler(new Map(), () => {}, true)
  return (_, document, pointer) => {
    const { url, version } = document.resourceAt(pointer).draft
    const schema = document.lookUp(pointer)
    if (isPlainSchema(schema, version)) return
    const faults = findFaults(metaschemas.compile(url), schema)
    if (faults.length === 0) return
    throw new GoError(
      `${quote(`${document.url}#${encodePointer(pointer)}`)} is not valid against metaschema: jsonschema validation failed with '${url}#'\n${faultText(faults)}`,
    )
  }
}
