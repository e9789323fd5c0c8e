/** Names that CEL reserves (k8s.io/apiserver pkg/cel/escaping.go). */
const reserved: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
}

export function isReserved(name: string): boolean {
  return reserved.has(name)
}

/** The identifier by which CEL expressions call a property; `undefined` when they cannot. */
export function escapeName(name: string): string | undefined {
  if (!/^[A-Za-z_.\-/][A-Za-z0-9_.\-/]*$/.test(name)) return undefined
  if (reserved.has(name)) return `__${name}__`
  return name.replace(/__|[-./]/g, (part) => escapes[part]!)
}

/** The property that an identifier stands for; `undefined` for a malformed escape. */
export function unescapeName(identifier: string): string | undefined {
  if (!identifier.includes('__')) return identifier
  let valid = true
  const name = identifier.replace(/__[^_]+__/g, (match) => {
    const inner = match.slice(2, -2)
    for (const [plain, escaped] of Object.entries(escapes)) if (escaped === match) return plain
    if (!reserved.has(inner) || match.length !== identifier.length) valid = false
    return inner
  })
  return valid ? name : undefined
}
