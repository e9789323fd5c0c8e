import { fileURLToPath, pathToFileURL } from 'node:url'

/** The absolute path of a `file:` URI; `undefined` for any other. */
export function pathOfUri(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined
  try {
    return fileURLToPath(uri)
  } catch {
    // A file URI with a host or a malformed escape names no file of this machine.
    return undefined
  }
}

/** The `file:` URI of an absolute path, escaped as VS Code does it (a colon is escaped too, for instance). */
export function uriOfPath(path: string): string {
  return pathToFileURL(path).href.replace(/[!'()*:@;,=+$&[\]]/g, (char, index) => {
    if (char === ':' && index < 5) return char
    return `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  })
}
