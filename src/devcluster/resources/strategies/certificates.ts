import { decodeText } from '../../../base/index.ts'
import { checkDnsLabel, checkDnsSubdomain } from '../../../kube/index.ts'
import type { Strategy } from '../strategy.ts'
import { collect, type Field } from '../validation/field.ts'
import { fromBase64 } from './base64.ts'
import { ensure } from './draft.ts'
import { approvalErrors, prepareApproval, prepareRequestStatus, requestStatusErrors } from './request-conditions.ts'

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
]
const MIN_SECONDS = 600
const MAX_DOMAIN = 253
const MAX_SIGNER = 571

/**
 * A CertificateSigningRequest (pkg/apis/certificates/validation). What the request holds is not read: X.509 is not
 * known here, so a request that is PEM of the right type passes.
 */
export const signingRequest: Strategy = {
  nameRule: 'any',
  prepareForCreate: (draft, context) => {
    const spec = ensure(draft, 'spec')
    for (const key of ['username', 'uid', 'groups', 'extra']) delete spec[key]
    const { user } = context
    if (user !== undefined) {
      spec['username'] = user.name
      if (user.uid !== undefined && user.uid !== '') spec['uid'] = user.uid
      spec['groups'] = [...user.groups]
    }
    draft['status'] = {}
  },
  prepareForUpdate: (draft, live) => {
    draft['spec'] = live['spec'] ?? {}
  },
  prepareForStatus: prepareRequestStatus,
  prepareForApproval: prepareApproval,
  validateStatus: requestStatusErrors,
  validateApproval: approvalErrors,
  validate: (object, _context, live) => (live === undefined ? collect(object['spec'], 'spec', checkRequest) : []),
}

function checkRequest(spec: Field): void {
  if (!isRequest(spec.text('request'))) {
    const shown = spec.given('request') ? spec.text('request') : null
    spec.invalid('request', shown, 'PEM block type must be CERTIFICATE REQUEST')
  }
  const usages = spec.texts('usages')
  if (usages.length === 0) spec.required('usages')
  for (const [i, usage] of usages.entries()) {
    if (!USAGES.includes(usage)) spec.unsupported(`usages[${i}]`, usage, USAGES)
  }
  for (const [i, usage] of usages.entries()) {
    if (usages.indexOf(usage) < i) spec.duplicate(`usages[${i}]`, usage)
  }
  checkSigner(spec, spec.text('signerName'))
  const seconds = spec.number('expirationSeconds')
  if (seconds !== undefined && seconds < MIN_SECONDS) {
    const why = `may not specify a duration less than ${MIN_SECONDS} seconds (10 minutes)`
    spec.invalid('expirationSeconds', seconds, why)
  }
}

/** True for base64 of PEM whose first block is a certificate request. */
function isRequest(base64: string): boolean {
  const text = decodeText(fromBase64(base64) ?? new Uint8Array())
  const start = text.indexOf('-----BEGIN ')
  const label = 'CERTIFICATE REQUEST-----'
  if (start === -1 || !text.startsWith(label, start + '-----BEGIN '.length)) return false
  return text.includes(`-----END ${label}`, start)
}

function checkSigner(spec: Field, name: string): void {
  const key = 'signerName'
  const [domain = '', path = '', ...more] = name.split('/')
  if (name === '') spec.required(key)
  else if (name === 'kubernetes.io/legacy-unknown') {
    spec.invalid(key, name, 'the legacy signerName is not allowed via this API version')
  } else if (!name.includes('/') || more.length > 0) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
    spec.invalid(key, name, why)
  } else {
    if (domain.length > MAX_DOMAIN) spec.tooLong(key, MAX_DOMAIN)
    const labels = domain.split('.')
    checkLabels(spec, domain, labels, checkDnsLabel)
    if (labels.length < 2) {
      spec.invalid(key, domain, 'should be a domain with at least two segments separated by dots')
    }
    checkLabels(spec, path, path.split('.'), checkDnsSubdomain)
    if (name.length > MAX_SIGNER) spec.tooLong(key, MAX_SIGNER)
  }
}

/** The faults of the first label that has any. */
function checkLabels(spec: Field, whole: string, labels: readonly string[], check: (label: string) => string[]): void {
  const broken = labels.find((label) => check(label).length > 0)
  if (broken === undefined) return
  const faults = check(broken).map((fault) => `validating label ${JSON.stringify(broken)}: ${fault}`)
  spec.faults('signerName', whole, faults)
}
