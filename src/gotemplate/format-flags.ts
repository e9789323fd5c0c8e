/** The flags of a verb, with its width and precision. */
export interface Flags {
  plus: boolean
  minus: boolean
  sharp: boolean
  space: boolean
  zero: boolean
  /** `%+v`: field names; the plus is not for numbers then. */
  plusV: boolean
  /** `%#v`: Go syntax; the sharp is not for numbers then. */
  sharpV: boolean
  /** Inside the report of a verb that does not fit: values are shown without their methods. */
  erroring: boolean
  /** How many more values inside values are printed: what refers to itself would not end. */
  left?: { values: number }
  width: number | undefined
  precision: number | undefined
}

export const noFlags: Flags = {
  ...{ plus: false, minus: false, sharp: false, space: false, zero: false, plusV: false, sharpV: false },
  erroring: false,
  width: undefined,
  precision: undefined,
}

/** Pads to the width; zeros are put after a sign by the numeric forms themselves. */
export function pad(text: string, flags: Flags, zero = false): string {
  const width = flags.width ?? 0
  const length = runeCount(text)
  if (length >= width) return text
  if (flags.minus) return text + ' '.repeat(width - length)
  return (zero && flags.zero ? '0' : ' ').repeat(width - length) + text
}

function runeCount(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
