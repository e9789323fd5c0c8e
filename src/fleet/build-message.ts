/**
 * The cause in one of kustomize's messages, which name every step on the way to it twice; paths become relative to the
 * workspace. The whole message is kept in the build's own problems.
 */
export function causeOf(message: string, root: string): string {
  let text = message.replace(/^kustomize build failed: /, '')
  for (let depth = 0; depth < 50; depth++) {
    const next = step(text)
    if (next === text) break
    text = next
  }
  const shown = text.replaceAll(`${root}/`, '').replaceAll(`'${root}'`, "'.'")
  return message.startsWith('kustomize build failed: ') ? `kustomize build failed: ${shown}` : shown
}

function step(text: string): string {
  const plain = text.replace(/^accumulating (resources|components): /, '')
  const both =
    /^accumulation err='(.*?)': (must build at directory: |recursed accumulation of path '[^']*': |couldn't make target for path '[^']*': )(.*)$/s.exec(
      plain,
    )
  // A path is tried as a file, then as a directory: the second attempt only counts when there was a directory.
  if (both !== null) return both[2]!.startsWith('must build') ? both[1]! : both[3]!
  const last = /^accumulation err='.*': (.*)$/s.exec(plain)
  if (last !== null) return last[1]!
  // Components: the failure inside is quoted.
  const quoted = /^(?:loader\.New|accumulateDirectory:) "(.*)"$/s.exec(plain)
  if (quoted !== null) return quoted[1]!.replace(/\\([\\"n])/g, (_, char: string) => (char === 'n' ? '\n' : char))
  // What is configured is under the reader's eyes.
  const plugin = /^trouble configuring builtin \w+ with config: `\n.*`: (.*)$/s.exec(plain)
  if (plugin !== null) return plugin[1]!
  const from = /^accumulating resources from '[^']*': (.*)$/s.exec(plain)
  return from === null ? plain : from[1]!
}
