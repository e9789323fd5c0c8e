import { getString, isObject, type JsonObject } from '../../base/index.ts'
import { KubeError, type WatchEvent } from '../client.ts'
import type { KubeObject } from '../types.ts'
import { parseJson } from '../values/json-text.ts'
import { errorFromStatus } from './errors.ts'

/** No object is larger than etcd's 1.5 MB; a line far beyond means a broken stream, not a big object. */
const maxLine = 64 * 1024 * 1024

/** Cuts a stream of text, split anywhere, into lines. A last line without an end is kept until its end arrives. */
export class LineDecoder {
  readonly #onLine: (line: string) => void
  #parts: string[] = []
  #length = 0

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  /** Takes the next piece. @throws KubeError when a line grows beyond all measure. */
  push(text: string): void {
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#emit(text.slice(start, end))
      start = end + 1
    }
    if (start < text.length) {
      this.#parts.push(text.slice(start))
      this.#length += text.length - start
      if (this.#length > maxLine) throw new KubeError(0, 'InvalidAnswer', 'a line of the watch stream is too long')
    }
  }

  /** Emits what is left when the stream ends. */
  finish(): void {
    if (this.#length > 0) this.#emit('')
  }

  #emit(tail: string): void {
    const line = this.#parts.length === 0 ? tail : this.#parts.join('') + tail
    this.#parts = []
    this.#length = 0
    if (line.trim() !== '') this.#onLine(line)
  }
}

/**
 * Reads one line of a watch.
 * @throws KubeError for an ERROR event (code 410 asks for a new list), or a line that is no event.
 */
export function decodeWatchLine(line: string): WatchEvent {
  const event = readEvent(line)
  const object = event['object']
  const type = event['type']
  if (type === 'ERROR') throw errorFromStatus(object ?? null, 500)
  if (isObject(object)) {
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') return { type, object: object as KubeObject }
    if (type === 'BOOKMARK') return { type, resourceVersion: getString(object, 'metadata', 'resourceVersion') ?? '' }
  }
  throw new KubeError(0, 'InvalidAnswer', 'unable to decode an event from the watch stream')
}

function readEvent(line: string): JsonObject {
  try {
    const value = parseJson(line)
    if (isObject(value)) return value
  } catch {
    // Falls through to the one error for both.
  }
  throw new KubeError(0, 'InvalidAnswer', 'unable to decode an event from the watch stream')
}
