import { GoError, type GoMap, type GoValue, isMap, mapGet, quote, typeOf } from '../../gotemplate/index.ts'
import { type Chart, HelmError } from '../chart.ts'
import { decodeJson } from '../functions/json.ts'
import { type CheckSchema, SchemaCompiler } from './compile.ts'
import { encodePointer, faultText } from './text.ts'
import type { Schema } from './types.ts'
import { findFaults } from './validate.ts'

/** Compiled values.schema.json by text, kept between renders. */
export type SchemaCache = Map<string, Schema>

const schemaUrl = 'file:///values.schema.json'

/**
 * Checks values against the values.schema.json of a chart and of its dependencies.
 * Source of the behaviour: Helm 4.1 pkg/chart/common/util/jsonschema.go. Schemas are never fetched over the network.
 * @throws HelmError in Helm's words, with every chart that refuses its values.
 */
export function validateValues(chart: Chart, values: GoMap, cache?: SchemaCache): void {
  const complaints = chartComplaints(chart, values, cache)
  if (complaints === '') return
  throw new HelmError(`values don't meet the specifications of the schema(s) in the following chart(s):\n${complaints}`)
}

function chartComplaints(chart: Chart, values: GoMap, cache: SchemaCache | undefined): string {
  let out = ''
  if (chart.schema !== undefined) {
    const complaint = schemaComplaint(chart.schema, values, cache)
    if (complaint !== undefined) out += `${chart.metadata.name}:\n${complaint}`
  }
  for (const dependency of chart.dependencies) {
    const { name } = dependency.metadata
    const inner = mapGet(values, name)
    if (inner === undefined || inner === null) continue
    if (isMap(inner)) out += chartComplaints(dependency, inner, cache)
    else out += `${name}:\ninvalid type for values: expected object (map), got ${typeOf(inner)}\n`
  }
  return out
}

function schemaComplaint(text: string, values: GoMap, cache: SchemaCache | undefined): string | undefined {
  let schema = cache?.get(text)
  if (schema === undefined) {
    try {
      schema = compileSchema(text)
    } catch (error) {
      if (error instanceof GoError) return error.message
      throw error
    }
    cache?.set(text, schema)
  }
  const faults = findFaults(schema, values)
  return faults.length === 0 ? undefined : `${faultText(faults)}\n`
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
    const { url } = document.resourceAt(pointer).draft
    const faults = findFaults(metaschemas.compile(url), document.lookUp(pointer))
    if (faults.length === 0) return
    throw new GoError(
      `${quote(`${document.url}#${encodePointer(pointer)}`)} is not valid against metaschema: jsonschema validation failed with '${url}#'\n${faultText(faults)}`,
    )
  }
}
