import { type JsonValue, jsonClone, jsonEqual } from '../../base/index.ts'

/**
 * The rounds of mutating admission. After a round in which a policy or webhook changed the object, all steps run once
 * more; of policies and webhooks only those with reinvocationPolicy IfNeeded that ran before the change (k8s.io/apiserver
 * pkg/admission/reinvocation.go and the reinvocationcontext.go of both plugins).
 */
export class Reinvocation {
  /** True in the second round. */
  again = false
  /** Whether there has to be a second round. */
  needed = false
  readonly #plugins = new Map<string, PluginRounds>()

  /** The state of a plugin over the rounds, by the plugin's name. */
  plugin(name: string): PluginRounds {
    const known = this.#plugins.get(name)
    if (known !== undefined) return known
    const made = new PluginRounds(this)
    this.#plugins.set(name, made)
    return made
  }
}

/** Which of a plugin's policies or webhooks take part in a round. */
export class PluginRounds {
  readonly #rounds: Reinvocation
  readonly #eligible = new Set<string>()
  readonly #due = new Set<string>()
  #last: JsonValue | undefined

  constructor(rounds: Reinvocation) {
    this.#rounds = rounds
  }

  /** Runs the plugin's part of a round over the object, which is changed in place. */
  run(object: JsonValue | undefined, part: () => void): void {
    if (this.#rounds.again && !jsonEqual(this.#last ?? null, object ?? null)) this.#callAgain()
    part()
    this.#last = object === undefined ? undefined : jsonClone(object)
  }

  /** Whether a policy or webhook is to be asked in this round. */
  takesPart(key: string): boolean {
    return !this.#rounds.again || this.#due.has(key)
  }

  /** Notes that one was asked, and whether that changed the object. */
  asked(key: string, changed: boolean, ifNeeded: boolean): void {
    if (changed) {
      this.#callAgain()
      this.#rounds.needed = true
    }
    if (ifNeeded) this.#eligible.add(key)
  }

  #callAgain(): void {
    for (const key of this.#eligible) this.#due.add(key)
    this.#eligible.clear()
  }
}
