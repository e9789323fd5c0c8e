import type { Terminal } from './command.ts'

/**
 * Rows in columns as the flux CLI prints them: cells padded to the column's width and parted by tabs, the header in
 * capitals. No header row when `header` is empty (`--no-header`). Source: flux2 pkg/printers (its output, not its code).
 */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of [header, ...rows]) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, [...cell].length)
    })
  }
  const pad = (cell: string, i: number): string => cell + ' '.repeat(widths[i]! - [...cell].length)
  const lines = rows.map((row) => row.map((cell, i) => `${pad(cell, i)}\t`).join(''))
  if (header.length > 0) lines.unshift(header.map((cell, i) => pad(cell.toUpperCase(), i)).join('\t'))
  return lines.map((line) => `${line}\n`).join('')
}

/** Progress on standard error with the signs that the flux CLI uses. */
export interface Progress {
  action(message: string): void
  waiting(message: string): void
  success(message: string): void
  warning(message: string): void
  failure(message: string): void
}

/** A progress printer on the terminal's standard error. */
export function createProgress(terminal: Terminal): Progress {
  const line = (sign: string) => (message: string) => terminal.stderr(`${sign} ${message}\n`)
  return { action: line('►'), waiting: line('◎'), success: line('✔'), warning: line('⚠️'), failure: line('✗') }
}

/** Shortens hexadecimal runs of 40 to 128 digits to eight, as the flux CLI does in revisions and messages. */
export function shortenHex(text: string): string {
  return text.replace(/\b[a-f0-9]{40,128}\b/g, (hex) => hex.slice(0, 8))
}
