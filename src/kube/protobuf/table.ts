import data from '../data/protobuf.json' with { type: 'json' }

/** One field of a message. */
export interface MessageField {
  /** In JSON. */
  readonly name: string
  /** `string`, `int32`, …, a message's name, or `key,value` for a map. */
  readonly type: string
  readonly repeated: boolean
  /** Its members are members of the message itself in JSON. */
  readonly inlined: boolean
  /** Written in JSON even when it is zero. */
  readonly kept: boolean
}

export type Message = ReadonlyMap<number, MessageField>

/** Messages by name, each read when first needed. */
export class MessageTable {
  readonly #texts: Readonly<Record<string, string>> = data
  readonly #messages = new Map<string, Message>()

  /** The message of that name, `undefined` when there is none. */
  find(name: string): Message | undefined {
    const known = this.#messages.get(name)
    if (known !== undefined) return known
    if (!Object.hasOwn(this.#texts, name)) return undefined
    const message = parseMessage(this.#texts[name]!)
    this.#messages.set(name, message)
    return message
  }
}

function parseMessage(text: string): Message {
  const fields = new Map<number, MessageField>()
  for (const part of text === '' ? [] : text.split(';')) {
    const [name, number, type, flags = ''] = part.split(' ') as [string, string, string, string?]
    fields.set(Number(number), {
      name,
      type,
      repeated: flags.includes('*'),
      inlined: flags.includes('&'),
      kept: flags.includes('!'),
    })
  }
  return fields
}
