/** The few forms of DER (X.690) that certificates need, written and read. */

function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  const length = size < 128 ? [size] : lengthBytes(size)
  return new Uint8Array(Buffer.concat([Uint8Array.from([tag, ...length]), ...parts]))
}

function lengthBytes(size: number): number[] {
  const bytes: number[] = []
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => encode(0x30, ...parts)
export const set = (...parts: readonly Uint8Array[]): Uint8Array => encode(0x31, ...parts)
export const octetString = (bytes: Uint8Array): Uint8Array => encode(0x04, bytes)
export const bitString = (bytes: Uint8Array): Uint8Array => encode(0x03, Uint8Array.from([0]), bytes)
export const utf8 = (text: string): Uint8Array => encode(0x0c, Buffer.from(text))
export const nullValue = (): Uint8Array => Uint8Array.from([0x05, 0])
/** An explicit context tag: `[0] …`. */
export const contextTag = (number: number, content: Uint8Array): Uint8Array => encode(0xa0 | number, content)

/** A non-negative integer. */
export function derInteger(value: bigint): Uint8Array {
  const hex = value.toString(16)
  return integerBytes(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'))
}

/** A positive integer of big-endian bytes. */
export function integerBytes(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const trimmed = bytes.subarray(start)
  return (trimmed[0] ?? 0) >= 0x80 ? encode(0x02, Uint8Array.from([0]), trimmed) : encode(0x02, trimmed)
}

/** An object identifier in dotted form. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const groups = [part & 127]
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left & 127) | 128)
    bytes.push(...groups)
  }
  return encode(0x06, Uint8Array.from(bytes))
}

/** UTCTime before 2050, GeneralizedTime from then on, as X.509 asks. */
export function time(milliseconds: number): Uint8Array {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return digits < '2050' ? encode(0x17, Buffer.from(`${digits.slice(2)}Z`)) : encode(0x18, Buffer.from(`${digits}Z`))
}

export interface DerNode {
  readonly tag: number
  readonly value: Uint8Array
  /** Tag and length included. */
  readonly whole: Uint8Array
  /** Of constructed values. */
  readonly children: readonly DerNode[]
}

/** Reads one value. For DER that Node's crypto has made or checked. */
export function readDer(bytes: Uint8Array): DerNode {
  return readAt(bytes, 0).node
}

function readAt(bytes: Uint8Array, at: number): { node: DerNode; end: number } {
  const tag = bytes[at] ?? 0
  let size = bytes[at + 1] ?? 0
  let start = at + 2
  if (size >= 0x80) {
    const count = size & 0x7f
    size = 0
    for (let i = 0; i < count; i++) size = size * 256 + (bytes[start++] ?? 0)
  }
  const end = start + size
  const value = bytes.subarray(start, end)
  const children: DerNode[] = []
  if ((tag & 0x20) !== 0) {
    for (let inner = 0; inner < value.length; ) {
      const child = readAt(value, inner)
      children.push(child.node)
      inner = child.end
    }
  }
  return { node: { tag, value, whole: bytes.subarray(at, end), children }, end }
}
