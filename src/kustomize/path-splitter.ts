/** Splits a path at a delimiter; a backslash before it escapes it (kyaml/utils PathSplitter). */
export function splitPath(path: string, delimiter: string): string[] {
  let parts = path.split(delimiter)
  if (parts.length > 1 && parts[0] === '') parts = parts.slice(1)
  if (!path.includes('\\')) return parts
  const out = [parts[0]!]
  for (const part of parts.slice(1)) {
    const last = out[out.length - 1]!
    if (last.endsWith('\\')) out[out.length - 1] = `${last.slice(0, -1)}${delimiter}${part}`
    else out.push(part)
  }
  return out
}

/** As `splitPath`, but what stands in brackets is one part; brackets without `=` are dropped (SmarterPathSplitter). */
export function splitBracketPath(path: string, delimiter: string): string[] {
  const split = splitPath(path, delimiter)
  const out: string[] = []
  for (let i = 0; i < split.length; i++) {
    const part = split[i]!
    if (!part.startsWith('[') || part.endsWith(']')) {
      out.push(part)
      continue
    }
    const bracketed = [part]
    while (i < split.length - 1) {
      bracketed.push(split[++i]!)
      if (split[i]!.endsWith(']')) break
    }
    const whole = bracketed.join(delimiter)
    out.push(whole.includes('=') ? whole : whole.replace(/^[[\]]+|[[\]]+$/g, ''))
  }
  return out
}
