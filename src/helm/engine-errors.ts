import { TemplateExecError } from '../gotemplate/index.ts'

/**
 * How Helm words the errors of templates. Source: Helm 4.1 pkg/engine/engine.go, cleanupParseError and
 * reformatExecErrorMsg: the message is taken apart by its text, so that errors inside `tpl` come out as Helm's do.
 */

/** `parse error at (FILE:LINE): LAST PART`. */
export function formatParseError(message: string): string {
  const parts = message.split(': ')
  return `parse error at (${parts[1]}): ${parts.at(-1)}`
}

interface Trace {
  readonly location: string
  readonly executed: string
  readonly message: string
}

/** A block for each template on the way to the error, or the bare message of `fail` and `required`. */
export function formatExecError(file: string, error: TemplateExecError): string {
  const whole = error.message
  const parts = splitN(whole, ': ', 3)
  if (parts.length !== 3) return `execution error in (${file}): ${whole}`
  const warning = /HELM_ERR_START([\s\S]*)HELM_ERR_END/.exec(parts[2]!)
  if (warning !== null) return `execution error at (${parts[1]}): ${warning[1]}`
  const traces: Trace[] = []
  for (const message of chain(error)) {
    const trace = parseTrace(message)
    if (trace === undefined) return whole
    const last = traces.at(-1)
    if (
      last === undefined ||
      last.location !== trace.location ||
      last.executed !== trace.executed ||
      last.message !== trace.message
    ) {
      traces.push(trace)
    }
  }
  return traces.map(printTrace).join('').trim()
}

/**
 * The messages along Go's chain of wrapped errors: an ExecError, the formatted error in it, the error that a function
 * returned, and so on.
 */
function* chain(error: unknown): Generator<string> {
  let current: unknown = error
  while (current instanceof Error) {
    yield current.message
    if (current instanceof TemplateExecError) yield current.message
    current = current.cause
  }
}

function splitN(text: string, separator: string, count: number): string[] {
  const parts = text.split(separator)
  return parts.length <= count ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)]
}

function parseTrace(text: string): Trace | undefined {
  if (!text.startsWith('template: ')) return undefined
  const rest = text.slice('template: '.length)
  if (rest.startsWith('no template ')) return { location: '', executed: '', message: text }
  return parseExecuting(rest) ?? parseSimple(rest)
}

function parseExecuting(text: string): Trace | undefined {
  const match = /^([\s\S]*?): executing "([^"]*)" at <([\s\S]*?)>: ([\s\S]*)$/.exec(text)
  if (match === null) return undefined
  const [, location = '', name = '', context = '', message = ''] = match
  return { location, executed: `executing "${name}" at <${context}>:`, message: cutChained(message) }
}

function parseSimple(text: string): Trace | undefined {
  const at = text.lastIndexOf(': ')
  if (at < 0) return undefined
  return { location: text.slice(0, at), executed: '', message: cutChained(text.slice(at + 2)) }
}

function cutChained(message: string): string {
  const at = message.indexOf(' template:')
  return at < 0 ? message : message.slice(0, at)
}

function printTrace({ location, executed, message }: Trace): string {
  return `${location && `${location}\n  `}${executed && `${executed}\n    `}${message && `${message}\n`}`
}
