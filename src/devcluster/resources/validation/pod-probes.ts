import { checkHttpHeaderName, checkPortName, checkPortNumber } from '../../../kube/index.ts'
import type { Field } from './field.ts'

/** A port that is a number or a name (`ValidatePortNumOrName`). */
export function checkPort(parent: Field, key: string): void {
  const port = parent.value[key]
  if (typeof port === 'string') parent.faults(key, port, checkPortName(port))
  else {
    const number = Number(port ?? 0)
    parent.faults(key, number, checkPortNumber(number))
  }
}

const HANDLERS: readonly (readonly [string, (action: Field, grace: number | undefined) => void])[] = [
  [
    'exec',
    (action) => {
      if (action.count('command') === 0) action.required('command')
    },
  ],
  [
    'httpGet',
    (action) => {
      if (action.text('path') === '') action.required('path')
      checkPort(action, 'port')
      action.oneOf('scheme', ['HTTP', 'HTTPS'])
      for (const header of action.objects('httpHeaders')) {
        action.faults('httpHeaders', header.text('name'), checkHttpHeaderName(header.text('name')))
      }
    },
  ],
  ['tcpSocket', (action) => checkPort(action, 'port')],
  ['grpc', (action) => checkPort(action, 'port')],
  [
    'sleep',
    (action, grace) => {
      const seconds = action.number('seconds') ?? 0
      if (grace !== undefined && (seconds < 0 || seconds > grace)) {
        action.invalid('', seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`)
      }
    },
  ],
]

/** Exactly one action of a probe or lifecycle hook. */
function checkHandler(handler: Field, grace: number | undefined, names: readonly string[]): void {
  let found = 0
  for (const [name, check] of HANDLERS) {
    const action = names.includes(name) ? handler.object(name) : undefined
    if (action === undefined) continue
    if (found > 0) handler.forbidden(name, 'may not specify more than 1 handler type')
    else {
      found++
      check(action, grace)
    }
  }
  if (found === 0) handler.required('', 'must specify a handler type')
}

function checkProbe(container: Field, name: string, grace: number | undefined): void {
  const probe = container.object(name)
  if (probe === undefined) return
  checkHandler(probe, grace, ['exec', 'httpGet', 'tcpSocket', 'grpc'])
  for (const key of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    probe.nonNegative(key)
  }
  const own = probe.number('terminationGracePeriodSeconds')
  if (own !== undefined && own <= 0) probe.invalid('terminationGracePeriodSeconds', own, 'must be greater than 0')
  if (name === 'readinessProbe') {
    if (own !== undefined) probe.invalid('terminationGracePeriodSeconds', own, 'must not be set for readinessProbes')
  } else if (probe.number('successThreshold') !== 1) {
    probe.invalid('successThreshold', probe.number('successThreshold') ?? 0, 'must be 1')
  }
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const

/** Hooks and probes of a container that runs alongside others. */
export function checkLifecycle(container: Field, grace: number | undefined, os: string | undefined): void {
  const lifecycle = container.object('lifecycle')
  for (const name of ['postStart', 'preStop']) {
    const hook = lifecycle?.object(name)
    if (hook !== undefined) checkHandler(hook, grace, ['exec', 'httpGet', 'tcpSocket', 'sleep'])
  }
  if (lifecycle?.given('stopSignal') && os === undefined) {
    lifecycle.forbidden('stopSignal', 'may not be set for containers with empty `spec.os.name`')
  }
  for (const name of PROBES) checkProbe(container, name, grace)
}

/** What an init container that runs to its end may not have. */
export function forbidLifecycle(container: Field): void {
  for (const name of ['lifecycle', ...PROBES]) {
    if (container.object(name) !== undefined) {
      container.forbidden(name, 'may not be set for init containers without restartPolicy=Always')
    }
  }
}
