import type { PathElement } from './element.ts'
import { FieldSet } from './field-set.ts'

/** What of a set somebody may own. */
export type FieldFilter = (set: FieldSet) => FieldSet

/** A step of a pattern; `undefined` matches any step. */
export type PatternStep = PathElement | undefined

/** Keeps everything but the given paths and what is below them. */
export function excludeFilter(excluded: FieldSet): FieldFilter {
  return (set) => set.recursiveDifference(excluded)
}

/** Keeps the paths that begin with one of the patterns, and the members on the way to them. */
export function includeFilter(patterns: readonly (readonly PatternStep[])[]): FieldFilter {
  const matcher: Matcher = { all: patterns.length === 0, steps: new Map() }
  for (const pattern of patterns) addPattern(matcher, pattern)
  return (set) => filterSet(set, matcher)
}

interface Matcher {
  /** Everything below matches. */
  all: boolean
  readonly steps: Map<PatternStep, Matcher>
}

function addPattern(root: Matcher, pattern: readonly PatternStep[]): void {
  let matcher = root
  for (const step of pattern) {
    let next = matcher.steps.get(step)
    if (next === undefined) {
      next = { all: false, steps: new Map() }
      matcher.steps.set(step, next)
    }
    matcher = next
  }
  matcher.all = true
}

function filterSet(set: FieldSet, matcher: Matcher): FieldSet {
  if (matcher.all) return set
  const out = new FieldSet()
  for (const [element, node] of set.nodes) {
    // A wildcard takes precedence over a step that matches exactly, as upstream sorts it first.
    const next = matcher.steps.get(undefined) ?? matcher.steps.get(element)
    if (next === undefined) continue
    out.put(element, node.member, node.children === undefined ? undefined : filterSet(node.children, next))
  }
  return out
}
