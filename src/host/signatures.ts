import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { ChartError, type VerifySignature } from '../source/index.ts'

/** Checks a signature as sigstore does for the kinds of keys: ECDSA and RSA (PKCS #1 v1.5) over SHA-256, Ed25519. */
export const verifySignature: VerifySignature = (key, bytes, signature) => {
  let parsed: KeyObject
  try {
    parsed = createPublicKey(key)
  } catch {
    throw new ChartError('the public key for signatures is no PEM text of a key')
  }
  return verify(parsed.asymmetricKeyType === 'ed25519' ? null : 'sha256', bytes, parsed, signature)
}
