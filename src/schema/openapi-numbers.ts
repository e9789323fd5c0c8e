import { formatGoFloat, plainDecimal } from '../cel/index.ts'
import type { StructuralSchema } from './types.ts'
import { kindOf } from './value-kind.ts'

/** An error of kube-openapi: with a place of its own (`value` set), or a composite one without. */
export interface NumberFault {
  readonly message: string
  readonly composite: boolean
  readonly rule: string
  /** What is wrong, where it is not the value. */
  readonly badValue?: number
}

/** Checks range, format and multipleOf of a number (kube-openapi pkg/validation/validate numberValidator). */
export function numberFaults(schema: StructuralSchema, value: number | bigint, name: string): readonly NumberFault[] {
  const range = outOfRange(schema, value, 'Checked', name)
  return [
    ...(range === undefined ? [] : [range]),
    ...multipleFaults(schema, value, name),
    ...boundFaults(schema, value, name, 'minimum'),
    ...boundFaults(schema, value, name, 'maximum'),
  ]
}

function own(message: string, rule: string): NumberFault {
  return { message, composite: false, rule }
}

/** A bound that its own type cannot hold is a fault too, and is compared as it stands. */
function boundFaults(
  schema: StructuralSchema,
  value: number | bigint,
  name: string,
  side: 'minimum' | 'maximum',
): readonly NumberFault[] {
  const written = schema[side]
  if (written === undefined) return []
  const low = side === 'minimum'
  const fault = outOfRange(schema, written, low ? 'Minimum boundary' : 'Maximum boundary', name)
  const integer = fault === undefined && kindOf(value) === 'integer'
  const bound = integer ? Math.trunc(written) : written
  const exclusive = (low ? schema.exclusiveMinimum : schema.exclusiveMaximum) === true
  const beyond = low ? value < bound : value > bound
  const out = fault === undefined ? [] : [fault]
  if (!beyond && !(exclusive && Number(value) === bound)) return out
  const words = `${low ? 'greater' : 'less'} than${exclusive ? '' : ' or equal to'}`
  const shown = integer ? String(bound) : formatGoFloat(bound)
  return [...out, own(`${name} in body should be ${words} ${shown}`, side)]
}

function multipleFaults(schema: StructuralSchema, value: number | bigint, name: string): readonly NumberFault[] {
  const written = schema.multipleOf
  if (written === undefined) return []
  const fault = outOfRange(schema, written, 'MultipleOf', name)
  const integer = fault === undefined && kindOf(value) === 'integer'
  const factor = integer ? Math.trunc(written) : written
  const out = fault === undefined ? [] : [fault]
  if (factor <= 0) {
    const message = `factor MultipleOf declared for ${name} must be positive: ${formatGoFloat(factor)}`
    return [...out, { ...own(message, 'multipleOf'), badValue: factor }]
  }
  const whole = integer ? BigInt(value) % BigInt(factor) === 0n : isJsonInteger(quotient(Number(value), factor))
  return whole ? out : [...out, own(`${name} in body should be a multiple of ${formatGoFloat(factor)}`, 'multipleOf')]
}

function quotient(value: number, factor: number): number {
  return factor < 1 ? (1 / factor) * value : value / factor
}

const maxFloat32 = 3.4028234663852886e38

function outOfRange(
  schema: StructuralSchema,
  value: number | bigint,
  prefix: string,
  name: string,
): NumberFault | undefined {
  const { type } = schema
  const format = formatOf(schema)
  let fits = true
  if (type === 'integer') fits = fitsInteger(value, format === 'int32' ? 32 : 64)
  else if (format === 'float') fits = Math.abs(Number(value)) <= maxFloat32
  if (fits) return undefined
  const shown = format === '' ? '(default format)' : `with format ${format}`
  return { message: `${prefix} value must be of type ${type} ${shown} in ${name}`, composite: true, rule: 'range' }
}

function formatOf(schema: StructuralSchema): string {
  const { format = '' } = schema
  const known = schema.type === 'integer' ? ['int32', 'int64'] : ['float', 'double']
  return known.includes(format) ? format : ''
}

/** Go prints the number and reads it back as an integer: `1.0` is one, `1.5` and `1e300` are not. */
function fitsInteger(value: number | bigint, bits: number): boolean {
  if (typeof value === 'number' && !/^-?\d+$/.test(plainDecimal(value))) return false
  const whole = BigInt(value)
  return BigInt.asIntN(bits, whole) === whole
}

const maxJsonInteger = 2 ** 53 - 1
const epsilon = 1e-9

/** Whether a float is as good as an integer (go-openapi/swag IsFloat64AJSONInteger). */
export function isJsonInteger(value: number): boolean {
  if (!Number.isFinite(value) || Math.abs(value) > maxJsonInteger) return false
  if (Number.isInteger(value)) return true
  const whole = Math.trunc(Math.abs(value))
  if (whole === 0) return false
  const difference = Math.abs(value - whole)
  return difference / (Math.abs(value) + whole) < epsilon
}
