import { encodeBase64 } from '../../base/index.ts'
import { decodeBase64 } from '../go/base64.ts'
import { CelError } from '../values/error.ts'
import { define, type FunctionDefinition } from './define.ts'

/** base64.encode() and base64.decode() (cel-go ext/encoders.go). */
export function encoderLibrary(): readonly FunctionDefinition[] {
  return [
    define('base64.decode', ['(string) bytes'], ([a]) => {
      if (typeof a !== 'string') return undefined
      const bytes = decodeBase64(a)
      if (bytes === undefined) throw new CelError('illegal base64 data at input byte 0')
      return bytes
    }),
    define('base64.encode', ['(bytes) string'], ([a]) => (a instanceof Uint8Array ? encodeBase64(a) : undefined)),
  ]
}
