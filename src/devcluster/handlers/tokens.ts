import { serviceAccountGroups } from '../auth/identity.ts'
import type { UserInfo } from '../http/types.ts'
import type { Machine } from '../operations/machine.ts'
import { uidOf } from '../operations/metadata.ts'

export interface TokenSubject {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** Milliseconds since 1970. */
  readonly expires: number
}

/** How many tokens are remembered; the oldest go first. */
const LIMIT = 10_000

/** The service-account tokens that this server issued; opaque, since nobody else has to verify them. */
export class ServiceAccountTokens {
  readonly #machine: Machine
  readonly #makeToken: () => string
  readonly #issued = new Map<string, TokenSubject>()

  constructor(machine: Machine, makeToken: () => string) {
    this.#machine = machine
    this.#makeToken = makeToken
  }

  issue(subject: TokenSubject): string {
    const token = this.#makeToken()
    this.#issued.set(token, subject)
    if (this.#issued.size > LIMIT)
      for (const oldest of this.#issued.keys()) {
        this.#issued.delete(oldest)
        break
      }
    return token
  }

  /** The account behind a token, while neither the token expired nor the account went. */
  userOf(token: string): UserInfo | undefined {
    const subject = this.#issued.get(token)
    if (subject === undefined || subject.expires <= this.#machine.clock.now()) return undefined
    const account = this.#machine.store.get('serviceaccounts', subject.namespace, subject.name)
    if (account === undefined || uidOf(account.object) !== subject.uid) return undefined
    return {
      name: `system:serviceaccount:${subject.namespace}:${subject.name}`,
      uid: subject.uid,
      groups: serviceAccountGroups(subject.namespace),
    }
  }
}
