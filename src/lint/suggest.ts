import { nearMisses } from '../schema/index.ts'

/** The closest of the candidates, when it is close enough to be what was meant. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  return nearMisses(word, candidates).find((candidate) => candidate !== word)
}

/** `. Did you mean "x"?`, or nothing. */
export function didYouMean(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : `. Did you mean "${suggestion}"?`
}
