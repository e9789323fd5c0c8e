import { encodeText } from '../../base/index.ts'
import { matchesFormat } from '../go/formats.ts'
import { parseGoUrl } from '../go/url.ts'
import { type CelType, objectType } from '../types.ts'
import { CelArray, CelOpaque, CelOptional } from '../values/value.ts'
import { define, type FunctionDefinition } from './define.ts'

const labelPattern = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomainPattern = `${labelPattern}(\\.${labelPattern})*`
const label1035Pattern = '[a-z]([-a-z0-9]*[a-z0-9])?'
const keyPattern = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'

const labelMessage =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
const subdomainMessage =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
const label1035Message =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
const keyMessage =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const labelValueMessage =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

function regexError(message: string, pattern: string, ...examples: string[]): string {
  const shown = examples.map((example, i) => `${i > 0 ? ' or ' : ''}'${example}', `).join('')
  return `${message} (e.g. ${shown}regex used for validation is '${pattern}')`
}

const matches = (pattern: string, text: string): boolean => new RegExp(`^${pattern}$`).test(text)
const byteLength = (text: string): number => encodeText(text).length

function lengthError(text: string, limit: number, unit = 'characters'): string[] {
  return byteLength(text) > limit ? [`must be no more than ${limit} ${unit}`] : []
}

/** Why text is no RFC 1123 label; empty when it is one. k8s.io/apimachinery pkg/util/validation. */
export function dns1123LabelErrors(text: string): string[] {
  const errors = lengthError(text, 63)
  if (!matches(labelPattern, text)) {
    errors.push(
      matches(subdomainPattern, text)
        ? 'must not contain dots'
        : regexError(labelMessage, labelPattern, 'my-name', '123-abc'),
    )
  }
  return errors
}

/** Why text is no RFC 1123 subdomain. */
export function dns1123SubdomainErrors(text: string): string[] {
  const errors = lengthError(text, 253)
  if (!matches(subdomainPattern, text)) errors.push(regexError(subdomainMessage, subdomainPattern, 'example.com'))
  return errors
}

/** Why text is no RFC 1035 label. */
export function dns1035LabelErrors(text: string): string[] {
  const errors = lengthError(text, 63)
  if (!matches(label1035Pattern, text)) {
    errors.push(regexError(label1035Message, label1035Pattern, 'my-name', 'abc-123'))
  }
  return errors
}

/** Why text is no qualified name (`example.com/name`). */
export function qualifiedNameErrors(text: string): string[] {
  const parts = text.split('/')
  const described = regexError(keyMessage, keyPattern, 'MyName', 'my.name', '123-abc')
  if (parts.length > 2) {
    return [`a valid label key ${described} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  const errors: string[] = []
  const name = parts[parts.length - 1]!
  if (parts.length === 2) {
    const prefix = parts[0]!
    if (prefix === '') errors.push('prefix part must be non-empty')
    else errors.push(...dns1123SubdomainBytes(prefix).map((message) => `prefix part ${message}`))
  }
  if (name === '') errors.push('name part must be non-empty')
  else errors.push(...lengthError(name, 63, 'bytes').map((message) => `name part ${message}`))
  if (!matches(keyPattern, name)) errors.push(`name part ${described}`)
  return errors
}

function dns1123SubdomainBytes(text: string): string[] {
  return [
    ...lengthError(text, 253, 'bytes'),
    ...dns1123SubdomainErrors(text).filter((error) => !error.startsWith('must be no more')),
  ]
}

/** Why text is no label value. */
export function labelValueErrors(text: string): string[] {
  const errors = lengthError(text, 63, 'bytes')
  if (!matches(`(${keyPattern})?`, text)) {
    errors.push(regexError(labelValueMessage, `(${keyPattern})?`, 'MyValue', 'my_value', '12345'))
  }
  return errors
}

/** A generated name's prefix may end in a dash: the suffix will follow. */
function masked(text: string): string {
  return text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text
}

function byFormat(format: string, message: string): (text: string) => string[] {
  return (text) => (matchesFormat(format, text) === true ? [] : [message])
}

const named: Readonly<Record<string, (text: string) => string[]>> = {
  dns1123Label: dns1123LabelErrors,
  dns1123Subdomain: dns1123SubdomainErrors,
  dns1035Label: dns1035LabelErrors,
  qualifiedName: qualifiedNameErrors,
  dns1123LabelPrefix: (text) => dns1123LabelErrors(masked(text)),
  dns1123SubdomainPrefix: (text) => dns1123SubdomainErrors(masked(text)),
  dns1035LabelPrefix: (text) => dns1035LabelErrors(masked(text)),
  labelValue: labelValueErrors,
  uri: (text) => {
    const parsed = parseGoUrl(text, true)
    return 'error' in parsed ? [parsed.error] : []
  },
  uuid: byFormat('uuid', 'does not match the UUID format'),
  byte: byFormat('byte', 'invalid base64'),
  date: byFormat('date', 'invalid date'),
  datetime: byFormat('datetime', 'invalid datetime'),
}

const formatType = objectType('kubernetes.NamedFormat')

class FormatValue extends CelOpaque {
  readonly type: CelType = formatType
  readonly name: string
  constructor(name: string) {
    super()
    this.name = name
  }
  equals(other: CelOpaque): boolean {
    return other instanceof FormatValue && other.name === this.name
  }
  text(): string {
    return this.name
  }
}

/** format.dns1123Label() and its like, format.named(), validate() (apiserver pkg/cel/library/format.go). */
export function formatLibrary(): readonly FunctionDefinition[] {
  const constants = Object.keys(named).map((name) =>
    define(`format.${name}`, ['() kubernetes.NamedFormat'], () => new FormatValue(name)),
  )
  return [
    ...constants,
    define('format.named', ['(string) optional(kubernetes.NamedFormat)'], ([a]) =>
      typeof a === 'string' ? new CelOptional(Object.hasOwn(named, a) ? new FormatValue(a) : undefined) : undefined,
    ),
    define('validate', ['kubernetes.NamedFormat.(string) optional(list(string))'], ([a, b]) => {
      if (!(a instanceof FormatValue) || typeof b !== 'string') return undefined
      const errors = named[a.name]!(b)
      return new CelOptional(errors.length === 0 ? undefined : new CelArray(errors))
    }),
  ]
}
