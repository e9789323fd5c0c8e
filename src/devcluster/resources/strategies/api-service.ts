import { rfc3339 } from '../../../base/index.ts'
import { checkDns1035Label, checkDnsSubdomain, checkPortNumber, type KubeObject } from '../../../kube/index.ts'
import type { Strategy } from '../strategy.ts'
import { collect, type Field } from '../validation/field.ts'
import { pathSegmentFaults } from '../validation/names.ts'
import { fromBase64 } from './base64.ts'
import { ensure, preset, sub, text } from './draft.ts'

/** An APIService (kube-aggregator pkg/apis/apiregistration). */
export const apiService: Strategy = {
  nameRule: 'path',
  lockedUpdates: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    if (spec['insecureSkipTLSVerify'] !== true) delete spec['insecureSkipTLSVerify']
    const service = sub(spec, 'service')
    if (service !== undefined) preset(service, 'port', 443)
  },
  prepareForCreate: (draft, context) => {
    // What the server answers itself is there at once.
    const local = sub(draft, 'spec', 'service') === undefined
    const condition = {
      type: 'Available',
      status: 'True',
      lastTransitionTime: rfc3339(context.now),
      reason: 'Local',
      message: 'Local APIServices are always available',
    }
    draft['status'] = local ? { conditions: [condition] } : {}
  },
  validate: (object) => collect(object, '', (service) => checkApiService(service, object)),
}

function checkApiService(service: Field, object: KubeObject): void {
  const spec = service.struct('spec')
  const group = spec.text('group')
  const version = spec.text('version')
  const name = text(object.metadata, 'name')
  const wanted = `${version}.${group}`
  if (name !== '' && pathSegmentFaults(name).length === 0 && name !== wanted) {
    service.invalid('metadata.name', name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`)
  }
  if (group !== '') spec.faults('group', group, checkDnsSubdomain(group))
  else if (version !== 'v1') spec.required('group', 'only v1 may have an empty group and it better be legacy kube')
  spec.faults('version', version, checkDns1035Label(version))
  for (const [key, max] of [
    ['groupPriorityMinimum', 20_000],
    ['versionPriority', 1000],
  ] as const) {
    const priority = spec.number(key) ?? 0
    if (priority <= 0 || priority > max) spec.invalid(key, priority, `must be positive and less than ${max}`)
  }
  checkTarget(spec)
}

function checkTarget(spec: Field): void {
  const bundle = fromBase64(spec.text('caBundle'))?.length ?? 0
  const insecure = spec.flag('insecureSkipTLSVerify')
  const target = spec.object('service')
  if (target === undefined) {
    if (bundle > 0) spec.invalid('caBundle', `${bundle} bytes`, 'local APIServices may not have a caBundle')
    if (insecure) spec.invalid('insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify')
    return
  }
  for (const key of ['namespace', 'name']) if (target.text(key) === '') target.required(key)
  const port = target.number('port') ?? 0
  const faults = checkPortNumber(port)
  if (faults.length > 0) target.invalid('port', port, `port is not valid: ${faults.join(', ')}`)
  if (insecure && bundle > 0) spec.invalid('insecureSkipTLSVerify', true, 'may not be true if caBundle is present')
}
