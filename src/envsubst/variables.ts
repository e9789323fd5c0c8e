import type { TextRange } from '../base/index.ts'
import { parseNodes } from './parse.ts'

/** A reference to a variable in a text. */
export interface VariableReference {
  readonly name: string
  /** The whole `${…}`. */
  readonly range: TextRange
  readonly nameRange: TextRange
  /** True when the reference says what to use for a variable that is not set, so that strict mode accepts it. */
  readonly hasDefault: boolean
  /** The operator as written: `''`, `:-`, `#` (`${#name}` and prefix removal), `//`, `^^`, … */
  readonly form: string
}

/** Every reference in a text, in order, nested ones included; in a broken text those that could be read. */
export function variables(text: string): VariableReference[] {
  return parseNodes(text).references.map(({ param, name, range, nameRange }) => ({
    name: param,
    range,
    nameRange,
    hasDefault: name === '=' || /^:[-=+?]$/.test(name),
    form: name,
  }))
}
