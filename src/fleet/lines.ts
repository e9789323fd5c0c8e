/** The offset at which the line of an offset begins. */
export function lineStartAt(text: string, offset: number): number {
  // `lastIndexOf` takes a negative position for 0, so that a text that begins with a newline would be misread.
  return offset <= 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
}
