/**
 * Kubernetes' rules for names and keys. Each answers what is wrong with a value, in upstream's words; an empty list
 * means that it is right (apimachinery `util/validation` and `api/validate/content`).
 */

const dnsLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const dnsSubdomain = `${dnsLabel}(\\.${dnsLabel})*`
const dnsLabelUnderscore = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const dnsSubdomainUnderscore = `${dnsLabelUnderscore}(\\.${dnsLabelUnderscore})*`
const dns1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const labelKey = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelValue = `(${labelKey})?`
const labelKeyMessage =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

const labelLength = 63
const subdomainLength = 253
const largestInt32 = 2 ** 31 - 1

/** A fixed pattern with its message and examples. */
interface Rule {
  readonly pattern: string
  readonly message: string
  readonly examples: readonly string[]
  readonly length?: number
  readonly unit?: string
}

const encoder = new TextEncoder()

/** Bytes of UTF-8, as Go counts. */
function byteLength(value: string): number {
  return encoder.encode(value).length
}

/** Label keys and values are counted in `bytes` since Kubernetes 1.36, other names still in `characters`. */
function tooLong(length: number, unit = 'characters'): string {
  return `must be no more than ${length} ${unit}`
}

function mismatch(rule: Rule): string {
  const examples = rule.examples.map((example) => `'${example}', `).join(' or ')
  return `${rule.message} ${examples === '' ? '(' : `(e.g. ${examples}`}regex used for validation is '${rule.pattern}')`
}

function matches(pattern: string, value: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(value) && !value.endsWith('\n')
}

function check(rule: Rule, value: string): string[] {
  const faults: string[] = []
  if (rule.length !== undefined && byteLength(value) > rule.length) faults.push(tooLong(rule.length, rule.unit))
  // Past any sensible length the pattern would only cost time.
  if (value.length > 1024 || !matches(rule.pattern, value)) faults.push(mismatch(rule))
  return faults
}

const subdomainRule: Rule = {
  pattern: dnsSubdomain,
  message:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  examples: ['example.com'],
  length: subdomainLength,
}

/** Names of most objects: `example.com`. */
export function checkDnsSubdomain(value: string): string[] {
  return check(subdomainRule, value)
}

/** Names of namespaces, services' pods, …: `my-name`. */
export function checkDnsLabel(value: string): string[] {
  const faults: string[] = []
  if (byteLength(value) > labelLength) faults.push(tooLong(labelLength))
  if (value.length <= 1024 && matches(dnsLabel, value)) return faults
  if (value.length <= 1024 && matches(dnsSubdomain, value)) return [...faults, 'must not contain dots']
  const message =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
  return [...faults, mismatch({ pattern: dnsLabel, message, examples: ['my-name', '123-abc'] })]
}

/** Names of services: a DNS label that begins with a letter. */
export function checkDns1035Label(value: string): string[] {
  return check(
    {
      pattern: dns1035,
      message:
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
      examples: ['my-name', 'abc-123'],
      length: labelLength,
    },
    value,
  )
}

export function checkDnsSubdomainWithUnderscore(value: string): string[] {
  return check(
    {
      pattern: dnsSubdomainUnderscore,
      message:
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
      examples: ['example.com'],
      length: subdomainLength,
    },
    value,
  )
}

/** Hosts of ingresses with a wildcard: `*.example.com`. */
export function checkWildcardDnsSubdomain(value: string): string[] {
  return check(
    {
      pattern: `\\*\\.${dnsSubdomain}`,
      message:
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
      examples: ['*.example.com'],
      length: subdomainLength,
    },
    value,
  )
}

/** Keys of labels and annotations, finalizers, …: `example.com/MyName`. */
export function checkQualifiedName(value: string): string[] {
  const rule: Rule = { pattern: labelKey, message: labelKeyMessage, examples: ['MyName', 'my.name', '123-abc'] }
  const parts = value.split('/')
  if (parts.length > 2) {
    const text = mismatch(rule)
    return [`a valid label key ${text} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  const faults: string[] = []
  const name = parts.at(-1)!
  if (parts.length === 2) {
    if (parts[0] === '') faults.push('prefix part must be non-empty')
    else faults.push(...check({ ...subdomainRule, unit: 'bytes' }, parts[0]!).map((fault) => `prefix part ${fault}`))
  }
  if (name === '') faults.push('name part must be non-empty')
  else if (byteLength(name) > labelLength) faults.push(`name part ${tooLong(labelLength, 'bytes')}`)
  if (name.length > 1024 || !matches(labelKey, name)) faults.push(`name part ${mismatch(rule)}`)
  return faults
}

/** Values of labels. */
export function checkLabelValue(value: string): string[] {
  return check(
    {
      pattern: labelValue,
      message:
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      examples: ['MyValue', 'my_value', '12345'],
      length: labelLength,
      unit: 'bytes',
    },
    value,
  )
}

/** A domain of three segments or more. */
export function checkFullyQualifiedName(value: string): string[] {
  if (value === '') return ['Required value']
  const faults = checkDnsSubdomain(value)
  if (faults.length > 0) return [faults.join(',')]
  return value.split('.').length < 3 ? ['should be a domain with at least three segments separated by dots'] : []
}

/** A domain of two segments or more; a dot at the end is allowed. */
export function checkFullyQualifiedDomainName(value: string): string[] {
  if (value === '') return ['Required value']
  const name = value.endsWith('.') ? value.slice(0, -1) : value
  const faults = checkDnsSubdomain(name)
  if (faults.length > 0) return [faults.join(',')]
  const labels = name.split('.')
  if (labels.length < 2) return ['should be a domain with at least two segments separated by dots']
  return labels.flatMap((label) => {
    const labelFaults = checkDnsLabel(label)
    return labelFaults.length > 0 ? [labelFaults.join(',')] : []
  })
}

/** `acme.io/foo`, as CSRs' signer names. */
export function checkDomainPrefixedPath(value: string): string[] {
  if (value === '') return ['Required value']
  const slash = value.indexOf('/')
  if (slash <= 0 || slash === value.length - 1) return ['must be a domain-prefixed path (such as "acme.io/foo")']
  const faults = checkDnsSubdomain(value.slice(0, slash))
  const pattern = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
  if (!matches(pattern, value.slice(slash + 1)))
    faults.push(mismatch({ pattern, message: 'Invalid path', examples: [] }))
  return faults
}

/** A label key with a prefix. */
export function checkDomainPrefixedKey(value: string): string[] {
  if (value === '') return ['Required value']
  const faults = checkQualifiedName(value)
  if (faults.length > 0) return faults
  return value.includes('/') ? [] : ['must be a domain-prefixed key (such as "acme.io/foo")']
}

export function checkPortNumber(value: number): string[] {
  return checkRange(value, 1, 65535)
}

export function checkUserId(value: number): string[] {
  return checkRange(value, 0, largestInt32)
}

export function checkGroupId(value: number): string[] {
  return checkRange(value, 0, largestInt32)
}

function checkRange(value: number, low: number, high: number): string[] {
  return value >= low && value <= high ? [] : [`must be between ${low} and ${high}, inclusive`]
}

/** Names of container and service ports (IANA service names). */
export function checkPortName(value: string): string[] {
  const faults: string[] = []
  if (byteLength(value) > 15) faults.push(tooLong(15))
  if (!matches('[-a-z0-9]+', value)) {
    faults.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  }
  if (!/[a-z]/.test(value)) faults.push('must contain at least one letter (a-z)')
  if (value.includes('--')) faults.push('must not contain consecutive hyphens')
  if (value.startsWith('-') || value.endsWith('-')) faults.push('must not begin or end with a hyphen')
  return faults
}

export function checkPercent(value: string): string[] {
  return check(
    {
      pattern: '[0-9]+%',
      message: "a valid percent string must be a numeric string followed by an ending '%'",
      examples: ['1%', '93%'],
    },
    value,
  )
}

export function checkHttpHeaderName(value: string): string[] {
  return check(
    {
      pattern: '[-A-Za-z0-9]+',
      message: "a valid HTTP header must consist of alphanumeric characters or '-'",
      examples: ['X-Header-Name'],
    },
    value,
  )
}

export function checkEnvVarName(value: string): string[] {
  const faults = check(
    {
      pattern: '[-._a-zA-Z][-._a-zA-Z0-9]*',
      message:
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
      examples: ['my.env-name', 'MY_ENV.NAME', 'MyEnvName1'],
    },
    value,
  )
  return [...faults, ...directoryFaults(value)]
}

/** Names of environment variables since Kubernetes 1.34. */
export function checkRelaxedEnvVarName(value: string): string[] {
  if (value === '') return ['environment variable name must be non-empty']
  return /^[ -<>-~]+$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

/** Keys of config maps and secrets. */
export function checkConfigMapKey(value: string): string[] {
  const faults = check(
    {
      pattern: '[-._a-zA-Z0-9]+',
      message: "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
      examples: ['key.name', 'KEY_NAME', 'key-name'],
      length: subdomainLength,
    },
    value,
  )
  return [...faults, ...directoryFaults(value)]
}

export function checkCIdentifier(value: string): string[] {
  return check(
    {
      pattern: '[A-Za-z_][A-Za-z0-9_]*',
      message:
        "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
      examples: ['my_name', 'MY_NAME', 'MyName'],
    },
    value,
  )
}

function directoryFaults(value: string): string[] {
  if (value === '.' || value === '..') return [`must not be '${value}'`]
  return value.startsWith('..') ? ["must not start with '..'"] : []
}
