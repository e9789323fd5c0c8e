import type { Problem, Result } from '../base/index.ts'
import { applyFunction, SubstitutionError } from './functions.ts'
import { type EnvNode, type FuncNode, parseNodes } from './parse.ts'

export interface EvaluateOptions {
  /** A reference to an unset variable without default is an error; otherwise it stands for nothing. */
  readonly strict?: boolean
}

/** Characters that substitution may give; many references to one long value would fill the memory. */
const maxOutput = 256 * 1024 * 1024

/**
 * Replaces `${…}` references. `lookup` answers `undefined` for a variable that is not set.
 *
 * Problems: `envsubst/syntax`, `envsubst/not-set` (strict; all of them, upstream stops at the first), and
 * `envsubst/limit`. With a syntax error the value is the text itself, with another one it is empty, as upstream.
 * Source: fluxcd/pkg envsubst eval.go, template.go.
 */
export function evaluate(
  text: string,
  lookup: (name: string) => string | undefined,
  options: EvaluateOptions = {},
): Result<string> {
  const { nodes, problem } = parseNodes(text)
  if (problem !== undefined) return { value: text, problems: [problem] }
  const evaluator = new Evaluator(lookup, options.strict ?? false)
  try {
    const value = evaluator.all(nodes)
    return { value: evaluator.problems.length > 0 ? '' : value, problems: evaluator.problems }
  } catch (error) {
    if (!(error instanceof SubstitutionError)) throw error
    return { value: '', problems: [...evaluator.problems, failure(error.message, evaluator.current)] }
  }
}

/** Operators for which an unset variable is no error, since they are about that case. */
const tolerant = new Set(['-', '+', '=', '?', ':-', ':+', ':=', ':?'])

class Evaluator {
  readonly problems: Problem[] = []
  current: FuncNode | undefined
  readonly #lookup: (name: string) => string | undefined
  readonly #strict: boolean
  #size = 0

  constructor(lookup: (name: string) => string | undefined, strict: boolean) {
    this.#lookup = lookup
    this.#strict = strict
  }

  all(nodes: readonly EnvNode[]): string {
    let out = ''
    for (const node of nodes) out += this.#node(node)
    return out
  }

  #node(node: EnvNode): string {
    if (node.kind === 'text') return node.value
    if (node.kind === 'list') return this.all(node.nodes)
    const args = node.args.map((arg) => this.#node(arg))
    const value = this.#lookup(node.param)
    if (value === undefined && this.#strict && !tolerant.has(node.name)) {
      this.problems.push({
        ...failure(`variable not set (strict mode): ${JSON.stringify(node.param)}`, node),
        code: 'envsubst/not-set',
      })
      return ''
    }
    this.current = node
    const out = applyFunction(node.name, value ?? '', args)
    this.#size += out.length
    if (this.#size > maxOutput) throw new SubstitutionError('the result is too large')
    return out
  }
}

function failure(message: string, at: FuncNode | undefined): Problem {
  const location = at === undefined ? {} : { location: { path: '', range: at.range } }
  return { code: 'envsubst/limit', severity: 'error', message, ...location }
}
