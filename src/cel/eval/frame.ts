import type { CallContext, CompiledRegex } from '../library/define.ts'
import { CelBudgetError, CelError } from '../values/error.ts'
import type { CelValue } from '../values/value.ts'
import { compileRegex } from './regex.ts'

/** Names to values; lazily, so that unused variables cost nothing. */
export interface Bindings {
  get(name: string): CelValue | undefined
}

/** What an evaluation may use. */
export interface Budget {
  /** Cost units, about one per operation and ten characters. Kubernetes allows 1,000,000 a rule. */
  readonly cost: number
}

/** Kubernetes' PerCallLimit (k8s.io/apiserver pkg/apis/cel/config.go). */
export const perCallLimit = 1_000_000

const overBudget = 'operation cancelled: actual cost limit exceeded'

/** Free loop elements allowed for each unit of cost. */
const stepsPerCost = 10

/** One evaluation: variables, the slots of comprehension variables, and what has been spent. */
export class Frame implements CallContext {
  readonly bindings: Bindings
  readonly slots: CelValue[] = []
  cost = 0
  #steps = 0
  readonly #limit: number
  readonly #regexes: Map<string, CompiledRegex | { readonly error: string }>

  constructor(bindings: Bindings, limit: number, regexes: Map<string, CompiledRegex | { readonly error: string }>) {
    this.bindings = bindings
    this.#limit = limit
    this.#regexes = regexes
  }

  charge(cost: number): void {
    this.cost += cost
    this.reserve(0)
  }

  /** Counts an element of a loop: one that costs nothing takes time all the same. */
  step(): void {
    if (++this.#steps > stepsPerCost * this.#limit) throw new CelBudgetError(overBudget)
  }

  reserve(cost: number): void {
    if (this.cost + cost > this.#limit) throw new CelBudgetError(overBudget)
  }

  regex(pattern: string): CompiledRegex {
    let compiled = this.#regexes.get(pattern)
    if (compiled === undefined) {
      compiled = compileRegex(pattern)
      // A rule may build patterns from data: the cache must not grow with it.
      if (this.#regexes.size < 256) this.#regexes.set(pattern, compiled)
    }
    if ('error' in compiled) throw new CelError(compiled.error)
    return compiled
  }
}

/** A frame for what needs no variables. */
export function constantFrame(): Frame {
  return new Frame(new Map(), perCallLimit, new Map())
}
