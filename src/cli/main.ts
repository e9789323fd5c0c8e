import { readFileSync } from 'node:fs'
import {
  type Command,
  CommandError,
  describeCommand,
  exitCodes,
  findCommand,
  parseFlags,
  type Terminal,
  UsageError,
} from './command.ts'
import { loadCommands } from './commands.ts'
import { prepareRuntime } from './runtime.ts'
import { processTerminal } from './terminal.ts'

/** Runs one command line and returns the exit code: 0 fine, 1 a finding, 2 wrong usage, 3 could not do it. */
async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  if (words[0] === '--version' || words[0] === 'version') {
    terminal.stdout(`fluxkit ${version()}\n`)
    return exitCodes.fine
  }
  const commands = await loadCommands(words[0])
  const found = findCommand(commands, words)
  if (found === undefined) {
    const asksHelp = words.length === 0 || words.includes('--help') || words.includes('-h') || words[0] === 'help'
    const text = overview(
      commands,
      words.filter((word) => !word.startsWith('-') && word !== 'help'),
    )
    if (asksHelp) terminal.stdout(text)
    else terminal.stderr(`✗ unknown command "${words.join(' ')}"\n${text}`)
    return asksHelp ? exitCodes.fine : exitCodes.usage
  }
  try {
    const { flags, args } = parseFlags(found.command, found.rest)
    if (flags['help']) {
      terminal.stdout(describeCommand(found.command))
      return exitCodes.fine
    }
    return await found.command.run(terminal, flags, args)
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.stderr(`✗ ${error.message}\nSee "fluxkit ${found.command.path.join(' ')} --help".\n`)
      return exitCodes.usage
    }
    if (error instanceof CommandError) {
      terminal.stderr(`✗ ${error.message}\n`)
      return error.code
    }
    // By name: loading the class would load the Kubernetes client for commands that need none.
    if (error instanceof Error && error.name === 'KubeError') {
      terminal.stderr(`✗ ${error.message}${nextStep((error as Error & { code?: unknown }).code)}\n`)
      return exitCodes.failed
    }
    throw error
  }
}

/** The version in the package that this program came in. */
function version(): string {
  // Bundled, this is a chunk below `dist/cli`: as deep as the source.
  const manifest = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

/** What to do about a refusal whose message does not say it. */
function nextStep(code: unknown): string {
  if (code === 401)
    return ': the cluster does not accept the credentials of this context; log in again or renew its token'
  return code === 403 ? '; ask for the permission, or use another context' : ''
}

/** The commands below a prefix, one a line. */
function overview(commands: readonly Command[], prefix: readonly string[]): string {
  const below = commands.filter((command) => prefix.every((word, i) => command.path[i] === word))
  const listed = below.length > 0 ? below : commands
  const names = listed.map((command) => command.path.join(' '))
  const width = Math.max(...names.map((name) => name.length)) + 2
  const lines = listed.map((command, i) => `  ${names[i]!.padEnd(width)}${command.about}`)
  return `fluxkit: Flux fleets checked, built and run without a cluster or any other tool.\n\nCommands:\n${lines.join('\n')}\n`
}

const words = process.argv.slice(2)
const terminal = processTerminal()
prepareRuntime(words[0])
// Not awaited at the top level, which a chunk has not (`esbuild.mjs`).
void main(words, terminal).then((code) => {
  process.exitCode = code
})
