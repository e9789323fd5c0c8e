import { getIn, isObject, type JsonObject } from '../../base/index.ts'
import { type FieldError, forbidden, invalid, invalidValue } from '../http/errors.ts'
import type { Admission, AdmissionRequest } from '../operations/admission.ts'
import { labelsOf } from '../operations/metadata.ts'
import { type PodSecurityLevel, podViolations } from './pod-security-checks.ts'

const PREFIX = 'pod-security.kubernetes.io/'
const LEVELS: readonly string[] = ['privileged', 'baseline', 'restricted']

/** Where the Pod's spec stands in the kinds that make Pods. */
const SPECS: ReadonlyMap<string, readonly string[]> = new Map([
  ['pods', ['spec']],
  ['podtemplates', ['template', 'spec']],
  ['cronjobs.batch', ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
  ...[
    'replicationcontrollers',
    'replicasets.apps',
    'deployments.apps',
    'statefulsets.apps',
    'daemonsets.apps',
    'jobs.batch',
  ].map((collection): [string, string[]] => [collection, ['spec', 'template', 'spec']]),
])

/**
 * The Pod Security Standards as labels of namespaces ask for them (k8s.io/pod-security-admission): Pods are refused or
 * warned of, what makes Pods is warned of. The checks are those of the newest version, whatever version a label names.
 */
export const podSecurity: Admission = {
  validate: (machine, request) => {
    const { operation, type, object, context } = request
    if (object === undefined || context.subresource !== '') return
    if (type.collection === 'namespaces') checkLabels(request, object)
    const path = SPECS.get(type.collection)
    if (path === undefined || operation === 'DELETE') return
    const isPod = type.collection === 'pods'
    // What counts for security does not change in a Pod.
    if (isPod && operation !== 'CREATE') return
    const spec = getIn(object, path)
    const labels = labelsOf(machine.store.get('namespaces', '', request.namespace)?.object ?? {})
    if (!isObject(spec)) return
    const enforced = isPod ? texts(spec, labels, 'enforce') : undefined
    if (enforced !== undefined) throw forbidden(type, request.name, `violates PodSecurity ${enforced}`)
    const warned = texts(spec, labels, 'warn')
    if (warned !== undefined) context.warnings.push(`would violate PodSecurity ${warned}`)
  },
}

function levelOf(labels: Readonly<Record<string, string>>, mode: string): PodSecurityLevel {
  const level = labels[PREFIX + mode]
  // A level that nobody knows is taken for the strictest.
  return level === undefined ? 'privileged' : LEVELS.includes(level) ? (level as PodSecurityLevel) : 'restricted'
}

function texts(spec: JsonObject, labels: Readonly<Record<string, string>>, mode: string): string | undefined {
  const level = levelOf(labels, mode)
  const violations = podViolations(spec, level)
  if (violations.length === 0) return undefined
  const list = violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ')
  return `${JSON.stringify(`${level}:${labels[`${PREFIX}${mode}-version`] ?? 'latest'}`)}: ${list}`
}

function checkLabels({ type, name, old }: AdmissionRequest, object: JsonObject): void {
  const labels = labelsOf(object)
  const before = old === undefined ? {} : labelsOf(old)
  const errors: FieldError[] = []
  for (const mode of ['enforce', 'audit', 'warn']) {
    for (const [key, good, why] of [
      [PREFIX + mode, (value: string) => LEVELS.includes(value), `must be one of ${LEVELS.join(', ')}`],
      [`${PREFIX}${mode}-version`, isVersion, 'must be "latest" or "v1.x"'],
    ] as const) {
      const value = labels[key]
      if (value === undefined || value === before[key] || good(value)) continue
      errors.push(invalidValue(`metadata.labels[${key}]`, value, why))
    }
  }
  if (errors.length > 0) throw invalid(type, name, errors)
}

function isVersion(value: string): boolean {
  return value === 'latest' || /^v1\.(0|[1-9]\d*)$/.test(value)
}
