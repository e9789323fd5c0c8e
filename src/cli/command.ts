import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/** The exit codes of the CLI contract (design.md, section 9). */
export const exitCodes = { fine: 0, finding: 1, usage: 2, failed: 3 } as const

/** What a command reads and writes; tests give their own. */
export interface Terminal {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /**
   * Resolves when the user asks to stop (SIGINT, SIGTERM). Who never asks for it is ended by the signal: a command that has
   * something to put in order asks before there is something.
   */
  readonly interrupted: Promise<void>
}

export type FlagValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

export interface Flag {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: boolean
  readonly default?: string | boolean
  /** What a flag that may stand without a value says then: `--dry-run`, `--dry-run=server`. */
  readonly bare?: string
  /** One line for the help text. */
  readonly about: string
}

export interface Command {
  /** The words that select it: `['get', 'kustomizations']`. */
  readonly path: readonly string[]
  /** Other spellings of the last word: `ks`, `kustomization`. */
  readonly aliases?: readonly string[]
  readonly about: string
  /** Names of the positional arguments, for the usage line: `NAME`, `[NAME...]`. */
  readonly args?: string
  readonly flags: Readonly<Record<string, Flag>>
  /** @returns the exit code. */
  readonly run: (terminal: Terminal, flags: FlagValues, args: readonly string[]) => Promise<number>
}

/** The user called a command wrongly; printed with a hint at `--help`, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The command could not do its work; printed as it is. `code` is the exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: number

  constructor(message: string, code: number = exitCodes.failed) {
    super(message)
    this.code = code
  }
}

/**
 * Parses the words after a command's name.
 * @throws UsageError naming the unknown or malformed flag.
 */
export function parseFlags(command: Command, words: readonly string[]): { flags: FlagValues; args: string[] } {
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } }
  for (const [name, flag] of Object.entries(command.flags)) {
    options[name] = {
      type: flag.type,
      ...(flag.short === undefined ? {} : { short: flag.short }),
      ...(flag.multiple ? { multiple: true } : {}),
      ...(flag.default === undefined ? {} : { default: flag.default }),
    }
  }
  const { plain, set } = boolWords(command, words)
  try {
    const { values, positionals } = parseArgs({ args: plain, options, allowPositionals: true })
    return { flags: { ...values, ...set }, args: positionals }
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\. To specify.*$/s, ''))
  }
}

/** Go's flag syntax lets a boolean carry its value, which Node's does not: `--prune=false`, `--all-namespaces=true`. */
function boolWords(command: Command, words: readonly string[]): { plain: string[]; set: Record<string, boolean> } {
  const plain: string[] = []
  const set: Record<string, boolean> = {}
  for (const word of words) {
    const match = /^--([a-z0-9-]+)=(true|false)$/.exec(word)
    const name = match?.[1]
    if (name !== undefined && command.flags[name]?.type === 'boolean') set[name] = match?.[2] === 'true'
    else plain.push(withValue(command, word))
  }
  return { plain, set }
}

function withValue(command: Command, word: string): string {
  const bare = word.startsWith('--') ? command.flags[word.slice(2)]?.bare : undefined
  return bare === undefined ? word : `${word}=${bare}`
}

/** Finds the command that the words select; the longest path wins. */
export function findCommand(
  commands: readonly Command[],
  words: readonly string[],
): { command: Command; rest: string[] } | undefined {
  let best: { command: Command; rest: string[]; length: number } | undefined
  for (const command of commands) {
    const length = command.path.length
    if (best !== undefined && best.length >= length) continue
    const matches = command.path.every(
      (word, i) => words[i] === word || (i === length - 1 && command.aliases?.includes(words[i] ?? '')),
    )
    if (matches) best = { command, rest: words.slice(length), length }
  }
  return best
}

/** The help of one command. */
export function describeCommand(command: Command): string {
  const lines = [
    command.about,
    '',
    `Usage:\n  fluxkit ${command.path.join(' ')} ${command.args ?? ''} [flags]`.trimEnd(),
    '',
  ]
  if (command.aliases?.length) lines.push(`Aliases:\n  ${command.aliases.join(', ')}\n`)
  lines.push('Flags:')
  for (const [name, flag] of Object.entries({
    ...command.flags,
    help: { type: 'boolean', short: 'h', about: 'this text' },
  })) {
    const typed = flag as Flag
    const left = `${typed.short ? `-${typed.short}, ` : '    '}--${name}${typed.type === 'string' ? ' VALUE' : ''}`
    const fallback = typed.default === undefined || typed.default === false ? '' : ` (default ${typed.default})`
    lines.push(`  ${left.padEnd(34)} ${typed.about}${fallback}`)
  }
  return `${lines.join('\n')}\n`
}

/** A string flag's value; `undefined` when it was not given. */
export function stringFlag(flags: FlagValues, name: string): string | undefined {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

/** The values of a flag that may be given several times. */
export function listFlag(flags: FlagValues, name: string): string[] {
  const value = flags[name]
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
