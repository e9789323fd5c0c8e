import { RE2JS, RE2JSSyntaxException } from 're2js'

/** Compiles `ref.semverFilter` of an OCIRepository, a regular expression as Go has them; a string is the error. */
export function compileTagPattern(text: string): ((tag: string) => boolean) | string {
  try {
    const pattern = RE2JS.compile(text)
    return (tag) => pattern.matcher(tag).find()
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error.message
    throw error
  }
}
