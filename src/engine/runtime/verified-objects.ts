import { encodeText, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { sha256Digest } from '../../source/index.ts'

/** More objects than this are not remembered; the oldest are forgotten. */
const limit = 50_000

/**
 * Remembers which objects were found to be as desired, by what was desired and by the version of what was there. As long
 * as neither changes there is nothing for a dry run to find. Only a shortcut: what it does not know is looked at.
 */
export class VerifiedObjects {
  readonly #known = new Map<string, string>()

  /** True when exactly this was found in order with exactly that. */
  has(id: string, desired: KubeObject, live: KubeObject): boolean {
    return this.#known.get(id) === fingerprint(desired, live)
  }

  add(id: string, desired: KubeObject, live: KubeObject): void {
    this.#known.delete(id)
    this.#known.set(id, fingerprint(desired, live))
    if (this.#known.size <= limit) return
    const oldest = this.#known.keys().next().value
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}

function fingerprint(desired: KubeObject, live: KubeObject): string {
  const { uid, resourceVersion } = live.metadata
  return `${String(uid)} ${String(resourceVersion)} ${sha256Digest(encodeText(JSON.stringify(desired, bigintText)))}`
}

function bigintText(_key: string, value: JsonValue): JsonValue {
  return typeof value === 'bigint' ? `${value}n` : value
}
