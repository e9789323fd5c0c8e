import { formatGoFloat, plainDecimal } from '../cel/index.ts'
import type { StructuralSchema } from './types.ts'
import { kindOf } from './value-kind.ts'

/** An error of kube-openapi: with a place of its own (`value` set), or a composite one without. */
export interface NumberFault {
  readonly message: string
  readonly composite: boolean
  readonly rule: string
}

/** Checks range, format and multipleOf of a number (kube-openapi pkg/validation/validate numberValidator). */
export function numberFaults(schema: StructuralSchema, value: number | bigint, name: string): readonly NumberFault[] {
  const out: NumberFault[] = []
  const range = outOfRange(schema, value, 'Checked', name)
  if (range !== undefined) out.push(range)
  const integer = kindOf(value) === 'integer'
  const { multipleOf, maximum, minimum } = schema
  if (multipleOf !== undefined) out.push(...multipleFaults(value, multipleOf, name))
  if (minimum !== undefined) {
    const bound = integer ? Math.trunc(minimum) : minimum
    const exclusive = schema.exclusiveMinimum === true
    if (value < bound || (exclusive && Number(value) === bound)) {
      const words = exclusive ? 'greater than' : 'greater than or equal to'
      out.push(own(`${name} in body should be ${words} ${formatGoFloat(bound)}`, 'minimum'))
    }
  }
  if (maximum !== undefined) {
    const bound = integer ? Math.trunc(maximum) : maximum
    const exclusive = schema.exclusiveMaximum === true
    if (value > bound || (exclusive && Number(value) === bound)) {
      const words = exclusive ? 'less than' : 'less than or equal to'
      out.push(own(`${name} in body should be ${words} ${formatGoFloat(bound)}`, 'maximum'))
    }
  }
  return out
}

function own(message: string, rule: string): NumberFault {
  return { message, composite: false, rule }
}

function multipleFaults(value: number | bigint, factor: number, name: string): readonly NumberFault[] {
  if (factor <= 0) {
    return [own(`factor MultipleOf declared for ${name} must be positive: ${formatGoFloat(factor)}`, 'multipleOf')]
  }
  const quotient = Number(value) / factor
  const whole = kindOf(value) === 'integer' ? Number(value) % Math.trunc(factor) === 0 : isJsonInteger(quotient)
  return whole ? [] : [own(`${name} in body should be a multiple of ${formatGoFloat(factor)}`, 'multipleOf')]
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
