import { RE2JS } from 're2js'
import { GoError } from '../../gotemplate/index.ts'

/**
 * Compiles a pattern as Go's regexp does, so that no pattern of a chart can take exponential time.
 * @throws GoError with regexp's message
 */
export function compileRegex(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    // The only error whose part of the pattern is empty; the library leaves it out.
    throw new GoError((error as Error).message.replace(/end of expression$/, 'end of expression: ``'))
  }
}
