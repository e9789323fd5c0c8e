const DNS1123_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const LABEL = new RegExp(`^${DNS1123_LABEL}$`)
const SUBDOMAIN = new RegExp(`^${DNS1123_LABEL}(\\.${DNS1123_LABEL})*$`)
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const LABEL_1035_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
const QUALIFIED_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

/** Rules of apimachinery's `util/validation`; each answers the texts of what is wrong. */
export function subdomainErrors(name: string): string[] {
  const out: string[] = []
  if (name.length > 253) out.push('must be no more than 253 bytes')
  if (!SUBDOMAIN.test(name)) out.push(SUBDOMAIN_TEXT)
  return out
}

/** DNS-1123 label: namespaces, containers. */
export function labelErrors(name: string): string[] {
  const out: string[] = []
  if (name.length > 63) out.push('must be no more than 63 bytes')
  if (!LABEL.test(name)) {
    out.push(SUBDOMAIN.test(name) ? 'must not contain dots' : LABEL_TEXT)
  }
  return out
}

/** DNS-1035 label: services. */
export function label1035Errors(name: string): string[] {
  const out: string[] = []
  if (name.length > 63) out.push('must be no more than 63 bytes')
  if (!LABEL_1035.test(name)) out.push(LABEL_1035_TEXT)
  return out
}

/** Path segments: RBAC names. */
export function pathSegmentErrors(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  const out: string[] = []
  if (name.includes('/')) out.push("may not contain '/'")
  if (name.includes('%')) out.push("may not contain '%'")
  return out
}

/** Keys of labels and annotations: `[prefix/]name`. */
export function qualifiedNameErrors(key: string): string[] {
  const parts = key.split('/')
  const out: string[] = []
  let name = key
  if (parts.length === 2) {
    const prefix = parts[0]!
    name = parts[1]!
    if (prefix === '') out.push('prefix part must be non-empty')
    else out.push(...subdomainErrors(prefix).map((text) => `prefix part ${text}`))
  } else if (parts.length > 2) {
    return [
      "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')".replace(
        'a valid label key',
        'a qualified name',
      ),
    ]
  }
  if (name === '') out.push('name part must be non-empty')
  else if (name.length > 63) out.push('name part must be no more than 63 bytes')
  if (!QUALIFIED.test(name)) out.push(QUALIFIED_TEXT)
  return out
}

/** Values of labels. */
export function labelValueErrors(value: string): string[] {
  const out: string[] = []
  if (value.length > 63) out.push('must be no more than 63 bytes')
  if (!LABEL_VALUE.test(value)) out.push(VALUE_TEXT)
  return out
}
