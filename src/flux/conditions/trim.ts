import { decodeText, encodeText } from '../../base/index.ts'

const suffix = '...'

/** The longest message that the API accepts, in bytes. */
export const maxConditionMessage = 32768

/** Cuts a message to a length in bytes, the three dots at its end included. */
export function trimConditionMessage(message: string, maxLength: number = maxConditionMessage): string {
  const limit = Math.max(maxLength, suffix.length)
  if (message.length * 3 <= limit) return message
  const bytes = encodeText(message)
  if (bytes.length <= limit) return message
  let end = limit - suffix.length
  // Never cut a UTF-8 sequence in half: the API server refuses such a string.
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return decodeText(bytes.subarray(0, end)) + suffix
}
