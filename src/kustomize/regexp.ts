import { RE2JS } from 're2js'
import { fail, messageOf } from './errors.ts'

/** A pattern as Go's regexp package reads it. */
export interface Pattern {
  test(text: string): boolean
}

/** Compiles a pattern of Go's regexp syntax; it may match anywhere unless it is anchored. Fails for a wrong one. */
export function compilePattern(pattern: string): Pattern {
  if (/^[\w\-/ ]*$/.test(pattern)) return { test: (text) => text.includes(pattern) }
  const literal = /^\^(?:\(\?:)?([\w\-/: ]*)\)?\$$/.exec(pattern)
  if (literal !== null && pattern === `^(?:${literal[1]})$`) {
    const text = literal[1]!
    return { test: (other) => other === text }
  }
  try {
    const compiled = RE2JS.compile(pattern)
    return { test: (text) => compiled.matcher(text).find() }
  } catch (error) {
    fail(`error parsing regexp: ${messageOf(error)}`)
  }
}
