import { basename } from '../base/index.ts'
import { HelmError } from './chart.ts'
import { compileFileMatch } from './file-match.ts'

/** A line of `.helmignore`. */
export interface HelmIgnoreRule {
  readonly negated: boolean
  readonly mustBeFolder: boolean
  readonly matches: (path: string) => boolean
}

/**
 * Parses `.helmignore`. Source of the behaviour: Helm 4.1 pkg/ignore/rules.go; files in templates/ that begin with a dot
 * are always ignored.
 * @throws HelmError for `**` and malformed patterns.
 */
export function parseHelmIgnore(text: string): readonly HelmIgnoreRule[] {
  const rules = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseRule)
  return [...rules, parseRule('templates/.?*')]
}

/**
 * Whether a file or folder is left out: the first rule that decides does. A negated rule ignores whatever it does not
 * match.
 */
export function isIgnoredByHelm(rules: readonly HelmIgnoreRule[], path: string, isFolder: boolean): boolean {
  for (const rule of rules) {
    if (rule.negated) {
      if (rule.mustBeFolder && !isFolder) return true
      if (!rule.matches(path)) return true
    } else if ((!rule.mustBeFolder || isFolder) && rule.matches(path)) return true
  }
  return false
}

function parseRule(line: string): HelmIgnoreRule {
  if (line.includes('**')) throw new HelmError('double-star (**) syntax is not supported')
  const negated = line.startsWith('!')
  let pattern = negated ? line.slice(1) : line
  const mustBeFolder = pattern.endsWith('/')
  if (mustBeFolder) pattern = pattern.slice(0, -1)
  const rooted = pattern.startsWith('/')
  const expression = compileFileMatch(rooted ? pattern.slice(1) : pattern)
  if (expression === undefined) throw new HelmError('syntax error in pattern')
  const byName = !rooted && !pattern.includes('/')
  return { negated, mustBeFolder, matches: (path) => expression.test(byName ? basename(path) : path) }
}
