import { writeSync } from 'node:fs'
import type { Terminal } from './command.ts'

/** The terminal of this process. Signals are waited for, and streams made, when they are first needed. */
export function processTerminal(): Terminal {
  let interrupted: Promise<void> | undefined
  return {
    stdout: output(1, () => process.stdout),
    stderr: output(2, () => process.stderr),
    cwd: process.cwd(),
    env: process.env,
    get interrupted() {
      interrupted ??= new Promise<void>((resolve) => {
        process.once('SIGINT', () => resolve())
        process.once('SIGTERM', () => resolve())
      })
      return interrupted
    },
  }
}

/**
 * Writes to a descriptor at once: Node's stream for it would load all of its streams and sockets, which takes longer than
 * many a command. What does not take all at once (a pipe that does not block) and consoles of Windows get the stream.
 */
function output(descriptor: number, open: () => NodeJS.WriteStream): (text: string) => void {
  let stream: NodeJS.WriteStream | undefined
  const toStream = (data: string | Uint8Array): void => {
    stream ??= open().on('error', endWithReader)
    stream.write(data)
  }
  return (text) => {
    if (stream !== undefined || process.platform === 'win32') return toStream(text)
    let rest = Buffer.from(text)
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') toStream(rest)
      else endWithReader(error as NodeJS.ErrnoException)
    }
  }
}

/** A reader that goes away (`fluxkit … | head`) is no failure of ours. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
}
