import type { RE2JS } from 're2js'
import { GoError, type GoInt, type GoList, goFunction, nilList, withType } from '../../gotemplate/index.ts'
import { compileRegex } from './re2.ts'
import { type FunctionTable, toNumber } from './shared.ts'

/** sprig's regular expressions (regex.go) over RE2, so that no pattern of a chart can take exponential time. */
export function regexFunctions(): FunctionTable {
  const cache = new Map<string, RE2JS>()
  const compile = (pattern: string): RE2JS => {
    let compiled = cache.get(pattern)
    if (compiled === undefined) {
      compiled = compileRegex(pattern)
      if (cache.size > 1000) cache.clear()
      cache.set(pattern, compiled)
    }
    return compiled
  }
  const panics = (pattern: string): RE2JS => {
    try {
      return compile(pattern)
    } catch (error) {
      if (!(error instanceof GoError)) throw error
      throw new GoError(`regexp: Compile(${'`'}${pattern}${'`'}): ${error.message}`)
    }
  }
  type Compile = (pattern: string) => RE2JS
  const findAll = (by: Compile) =>
    goFunction('string,string,int', (pattern: string, text: string, count: GoInt) =>
      textList(findMatches(by(pattern), text, toNumber(count))),
    )
  const find = (by: Compile) =>
    goFunction('string,string', (pattern: string, text: string) => findMatches(by(pattern), text, 1)[0] ?? '')
  const replace = (by: Compile) =>
    goFunction('string,string,string', (pattern: string, text: string, replacement: string) =>
      replaceAll(by(pattern), text, (groups) => expand(replacement, groups, by(pattern))),
    )
  const replaceLiteral = (by: Compile) =>
    goFunction('string,string,string', (pattern: string, text: string, replacement: string) =>
      replaceAll(by(pattern), text, () => replacement),
    )
  const split = (by: Compile) =>
    goFunction('string,string,int', (pattern: string, text: string, count: GoInt) =>
      textList(splitBy(by(pattern), text, toNumber(count))),
    )
  return {
    regexMatch: goFunction('string,string', (pattern: string, text: string) => {
      try {
        return compile(pattern).matcher(text).find()
      } catch (error) {
        if (error instanceof GoError) return false
        throw error
      }
    }),
    mustRegexMatch: goFunction('string,string', (pattern: string, text: string) =>
      compile(pattern).matcher(text).find(),
    ),
    regexFindAll: findAll(panics),
    mustRegexFindAll: findAll(compile),
    regexFind: find(panics),
    mustRegexFind: find(compile),
    regexReplaceAll: replace(panics),
    mustRegexReplaceAll: replace(compile),
    regexReplaceAllLiteral: replaceLiteral(panics),
    mustRegexReplaceAllLiteral: replaceLiteral(compile),
    regexSplit: split(panics),
    mustRegexSplit: split(compile),
    regexQuoteMeta: goFunction('string', (text: string) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
  }
}

/** A []string, nil where Go has appended nothing to it. */
function textList(texts: string[]): GoList {
  return texts.length === 0 ? nilList('[]string') : withType(texts, '[]string')
}

interface Match {
  readonly start: number
  readonly end: number
  readonly groups: readonly (string | undefined)[]
}

/** All matches as Go finds them: an empty match directly after another match does not count. */
function* matches(pattern: RE2JS, text: string): Generator<Match> {
  const matcher = pattern.matcher(text)
  let at = 0
  let previousEnd = -1
  while (at <= text.length) {
    if (!matcher.find(at)) return
    const start = matcher.start()
    const end = matcher.end()
    const isEmpty = start === end
    if (!(isEmpty && start === previousEnd)) {
      const groups: (string | undefined)[] = []
      for (let i = 0; i <= pattern.groupCount(); i++) groups.push(matcher.group(i) ?? undefined)
      yield { start, end, groups }
    }
    previousEnd = end
    if (end > at) at = end
    else at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
    if (isEmpty && end >= at) at = end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1)
  }
}

function findMatches(pattern: RE2JS, text: string, count: number): string[] {
  const found: string[] = []
  for (const match of matches(pattern, text)) {
    if (count >= 0 && found.length >= count) break
    found.push(text.slice(match.start, match.end))
  }
  return found
}

function replaceAll(pattern: RE2JS, text: string, make: (groups: Match['groups']) => string): string {
  let out = ''
  let at = 0
  for (const { start, end, groups } of matches(pattern, text)) {
    out += text.slice(at, start) + make(groups)
    at = end
  }
  return out + text.slice(at)
}

/** Go's Expand: `$1`, `$name`, `${1}`, `$$`; a name takes as many letters, digits and `_` as there are. */
function expand(template: string, groups: Match['groups'], pattern: RE2JS): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (_whole, braced?: string, bare?: string) => {
    const name = braced ?? bare
    if (name === undefined) return '$'
    if (/^\d+$/.test(name)) return groups[Number(name)] ?? ''
    const named = (pattern.namedGroups() as Record<string, number>)[name]
    return named === undefined ? '' : (groups[named] ?? '')
  })
}

/** Go's Split. */
function splitBy(pattern: RE2JS, text: string, count: number): string[] {
  if (count === 0) return []
  if (pattern.pattern() !== '' && text === '') return ['']
  const parts: string[] = []
  let begin = 0
  let end = 0
  for (const match of matches(pattern, text)) {
    if (count > 0 && parts.length === count - 1) break
    end = match.start
    if (match.end !== 0) parts.push(text.slice(begin, end))
    begin = match.end
  }
  if (end !== text.length) parts.push(text.slice(begin))
  return parts
}
