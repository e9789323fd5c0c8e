import { RE2JS } from 're2js'
import type { CompiledRegex } from '../library/define.ts'

/**
 * Compiles an RE2 pattern (linear time, so safe for patterns from manifests). Errors are Go's texts:
 * ``error parsing regexp: unexpected ): `)` ``.
 */
export function compileRegex(pattern: string): CompiledRegex | { readonly error: string } {
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern)
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
  return {
    test: (text) => compiled.matcher(text).find(),
    findAll: (text, limit) => {
      const out: string[] = []
      const matcher = compiled.matcher(text)
      while ((limit < 0 || out.length < limit) && matcher.find()) out.push(matcher.group() ?? '')
      return out
    },
  }
}
