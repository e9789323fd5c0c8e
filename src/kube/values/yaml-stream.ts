const separator = '\n---'

/** One step of cutting a stream of YAML documents. */
export interface YamlCut {
  /** How much of the input is done with; 0 asks for more input. */
  readonly advance: number
  readonly document: string
}

/**
 * Cuts the first document off a stream at a line that begins with `---` (apimachinery `splitYAMLDocument`). The rest of
 * that line is dropped.
 */
export function cutYamlDocument(input: string, atEnd: boolean): YamlCut {
  const none = { advance: 0, document: '' }
  const found = input.indexOf(separator)
  if (found < 0) return atEnd ? { advance: input.length, document: input } : none
  const after = found + separator.length
  if (after === input.length) {
    return atEnd ? { advance: input.length, document: input.slice(0, found) } : none
  }
  const lineEnd = input.indexOf('\n', after)
  return lineEnd < 0 ? none : { advance: lineEnd + 1, document: input.slice(0, found) }
}
