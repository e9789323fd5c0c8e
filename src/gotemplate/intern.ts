/** Longer texts are no names. */
const longest = 64
/** How many names are known at most; then all are forgotten. */
const most = 20_000

const known = new Map<string, string>()
const names: Record<string, true> = Object.create(null)

/**
 * The same text as the engine keeps names of properties: one object for all equal texts. A part of a template's text is
 * an object of its own, that is compared letter by letter and looked up anew wherever the template runs.
 */
export function intern(text: string): string {
  if (text.length > longest) return text
  let name = known.get(text)
  if (name === undefined) {
    name = keyOf(text)
    if (known.size >= most) known.clear()
    known.set(name, name)
  }
  return name
}

function keyOf(text: string): string {
  names[text] = true
  const [key = text] = Object.keys(names)
  delete names[text]
  return key
}
