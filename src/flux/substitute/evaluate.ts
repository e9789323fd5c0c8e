/** Evaluates `${NAME}` and `${NAME:=default}`; the full language is in `envsubst`. */
export function evaluate(
  text: string,
  lookup: (name: string) => string | undefined,
): { text: string } | { error: string; variable?: string } {
  let failure: string | undefined
  const out = text.replace(/\$\$\{|\$\{([A-Za-z_]\w*)(?::[=-]([^}]*))?\}/g, (all, name?: string, other?: string) => {
    if (name === undefined) return all.slice(1)
    const value = lookup(name) ?? other
    if (value === undefined) failure ??= name
    return value ?? ''
  })
  return failure === undefined
    ? { text: out }
    : { error: `variable not set (strict mode): "${failure}"`, variable: failure }
}
