import { checkDnsSubdomain, checkQualifiedName } from '../../../kube/index.ts'
import type { Field } from './field.ts'

const LONGEST_NAME = 128
const LONGEST_MESSAGE = 1024

/**
 * An Event as every version of it has to be (`legacyValidateEvent`); what only requests through events.k8s.io/v1 are
 * asked for is not looked at.
 */
export function checkEvent(event: Field): void {
  const namespace = event.object('metadata')?.text('namespace') ?? ''
  const about = event.struct('involvedObject')
  const place = about.text('namespace')
  const mismatch = (): void => about.invalid('namespace', place, 'does not match event.namespace')
  if (event.text('eventTime') === '') {
    const matches = place === '' ? namespace === '' || namespace === 'default' : namespace === place
    if (!matches) mismatch()
  } else {
    if (place === '' && namespace !== 'default' && namespace !== 'kube-system') mismatch()
    const reporter = event.text('reportingComponent')
    if (reporter === '') event.required('reportingComponent')
    event.faults('reportingComponent', reporter, checkQualifiedName(reporter))
    if (event.text('reportingInstance') === '') event.required('reportingInstance')
    short(event, 'reportingInstance', LONGEST_NAME)
    for (const key of ['action', 'reason']) {
      if (event.text(key) === '') event.required(key)
      short(event, key, LONGEST_NAME)
    }
    short(event, 'message', LONGEST_MESSAGE)
  }
  event.faults('namespace', namespace, checkDnsSubdomain(namespace))
}

function short(event: Field, key: string, longest: number): void {
  if (event.text(key).length > longest) event.invalid(key, '', `can have at most ${longest} characters`)
}
