import type { Token } from './lexer.ts'
import type { NumberNode } from './nodes.ts'
import { formatFloat, parseFloat64, parseInteger, quote, unquoteChar } from './strconv.ts'
import { makeInt } from './value.ts'

/** The number under every type that can hold it; a string is the error. */
export function numberNode(token: Token): Omit<NumberNode, 'type' | 'tree' | 'pos'> | string {
  const text = token.value
  if (token.type === 'charConstant') {
    const point = unquoteChar(text)
    if (point === undefined) return `malformed character constant: ${text}`
    const int = BigInt(point)
    return { text, int, uint: int, float: point, ideal: makeInt(int), idealError: undefined }
  }
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(text)) {
    const int = BigInt(text)
    return { text, int, uint: int, float: Number(text), ideal: makeInt(int), idealError: undefined }
  }
  if (token.type === 'complex' || text.endsWith('i')) return complexNode(text)
  const unsigned = parseInteger(text.replace(/^\+/, '+'), 0, 64, true)
  const signed = parseInteger(text, 0, 64)
  let int = typeof signed === 'bigint' ? signed : undefined
  let uint = typeof unsigned === 'bigint' ? unsigned : int === 0n ? 0n : undefined
  let float: number | undefined
  if (int !== undefined) float = Number(int)
  else if (uint !== undefined) float = Number(uint)
  else {
    float = parseFloat64(text.replaceAll('_', ''))
    if (float !== undefined) {
      if (!/[.eEpP]/.test(text)) return `integer overflow: ${quote(text)}`
      if (Number.isInteger(float) && Math.abs(float) < 2 ** 63) int = BigInt(float)
      if (Number.isInteger(float) && float >= 0 && float < 2 ** 64) uint = BigInt(float)
    }
  }
  if (int === undefined && uint === undefined && float === undefined) return `illegal number syntax: ${quote(text)}`
  const isHex = /^0[xX]/.test(text) && !/[pP]/.test(text)
  if (float !== undefined && !isHex && /[.eEpP]/.test(text)) {
    return { text, int, uint, float, ideal: float, idealError: undefined }
  }
  if (int !== undefined) return { text, int, uint, float, ideal: makeInt(int), idealError: undefined }
  return { text, int, uint, float, ideal: undefined, idealError: `${text} overflows int` }
}

/** Complex constants have no use in manifests; they are only recognised. Zero imaginary parts are plain numbers. */
function complexNode(text: string): Omit<NumberNode, 'type' | 'tree' | 'pos'> | string {
  const match = /^([+-]?[0-9.eE_]+?)?([+-]?[0-9.eE_]+)i$/.exec(text)
  const real = match?.[1] === undefined ? 0 : parseFloat64(match[1])
  const imaginary = match === null ? undefined : parseFloat64(match[2]!)
  if (real === undefined || imaginary === undefined) return `illegal number syntax: ${quote(text)}`
  const shown = (value: number): string => formatFloat(value, 'g', -1)
  const printed = `(${shown(real)}${imaginary < 0 ? '' : '+'}${shown(imaginary)}i)`
  return { text, int: undefined, uint: undefined, float: undefined, ideal: printed, idealError: undefined }
}
