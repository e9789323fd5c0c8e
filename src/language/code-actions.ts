import type { TextRange } from '../base/index.ts'
import { rangesTouch } from '../fleet/index.ts'
import type { CodeAction, LanguageContext } from './types.ts'

/** The fixes of the problems that touch a range of a file; the first of each problem is preferred. */
export function codeActions({ linter }: LanguageContext, path: string, range: TextRange): readonly CodeAction[] {
  const seen = new Set<string>()
  const actions: CodeAction[] = []
  for (const problem of linter.lintFile(path)) {
    const at = problem.location?.range
    if (at === undefined || !rangesTouch(at, range)) continue
    problem.fixes?.forEach((fix, index) => {
      const key = JSON.stringify(fix)
      if (seen.has(key)) return
      seen.add(key)
      actions.push({ title: fix.title, kind: 'quickfix', code: problem.code, fix, preferred: index === 0 })
    })
  }
  return actions
}
