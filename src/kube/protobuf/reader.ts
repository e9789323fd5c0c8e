const decoder = new TextDecoder('utf-8')

/** The bytes are no protobuf message. Caught at the door of the decoder. */
export class WireFault extends Error {}

export type WireValue =
  | { readonly kind: 'varint' | 'fixed'; readonly value: bigint }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }

/** Reads the wire form of protocol buffers: tags, varints, fixed numbers, length-delimited bytes. */
export class WireReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** The next field's number and value. */
  field(): { readonly number: number; readonly value: WireValue } {
    const tag = this.varint()
    const number = Number(tag >> 3n)
    if (number < 1 || number > 536_870_911) throw new WireFault('illegal field number')
    return { number, value: this.#value(Number(tag & 7n)) }
  }

  varint(): bigint {
    let low = 0
    let shift = 0
    // Most numbers are small: plain arithmetic until it could overflow.
    for (; shift < 28; shift += 7) {
      const byte = this.#byte()
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return BigInt(low)
    }
    let value = BigInt(low)
    for (let place = 28n; place < 70n; place += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << place
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new WireFault('varint overflows a 64-bit integer')
  }

  #value(wireType: number): WireValue {
    switch (wireType) {
      case 0:
        return { kind: 'varint', value: this.varint() }
      case 1:
        return { kind: 'fixed', value: this.#fixed(8) }
      case 2: {
        const length = Number(this.varint())
        return { kind: 'bytes', value: this.#take(length) }
      }
      case 5:
        return { kind: 'fixed', value: this.#fixed(4) }
      default:
        throw new WireFault(`illegal wireType ${wireType}`)
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new WireFault('unexpected EOF')
    return byte
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new WireFault('unexpected EOF')
    const start = this.#at
    this.#at += length
    return this.#bytes.subarray(start, this.#at)
  }

  #fixed(size: number): bigint {
    let value = 0n
    this.#take(size).forEach((byte, i) => {
      value |= BigInt(byte) << BigInt(8 * i)
    })
    return value
  }
}

/** The bytes of a length-delimited value. */
export function bytesOf(value: WireValue): Uint8Array {
  if (value.kind !== 'bytes') throw new WireFault('wrong wireType for a length-delimited field')
  return value.value
}

/** The text of a length-delimited value. */
export function textOf(value: WireValue): string {
  return decoder.decode(bytesOf(value))
}

/** A signed integer; a `bigint` only beyond 2^53. */
export function integerOf(value: WireValue): number | bigint {
  if (value.kind === 'bytes') throw new WireFault('wrong wireType for a number')
  const signed = BigInt.asIntN(64, value.value)
  const number = Number(signed)
  return Number.isSafeInteger(number) ? number : signed
}

/** A 64-bit float. */
export function doubleOf(value: WireValue): number {
  if (value.kind === 'bytes') throw new WireFault('wrong wireType for a number')
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, value.value)
  return view.getFloat64(0)
}
