import { formatMeta, objectMetaOf } from '../../flux/index.ts'
import { KubeError, type KubeObject } from '../../kube/index.ts'

/** The message of a failed dry run (fluxcd/pkg ssa/errors `DryRunErr`). */
export function dryRunMessage(error: unknown, object: KubeObject): string {
  const meta = objectMetaOf(object)
  const subject = formatMeta(meta)
  const text = messageOf(error)
  if (meta.namespace === '' && isNamespaceMissing(error)) {
    // client-go sends the request all the same, and the server knows no such path.
    return `${subject} namespace not specified: the server could not find the requested resource`
  }
  if (!(error instanceof KubeError)) return `${subject} dry-run failed: ${text}`
  if (error.code === 404 && error.reason === 'NotFound') {
    return `${subject} ${meta.namespace === '' ? 'namespace not specified' : 'not found'}: ${text}`
  }
  const conflict = causes(error).includes('FieldManagerConflict')
  const reason = conflict ? 'FieldManagerConflict' : error.reason === 'NoKindMatch' ? '' : error.reason
  return `${subject} dry-run failed${reason === '' ? '' : ` (${reason})`}: ${text}`
}

function isNamespaceMissing(error: unknown): boolean {
  return (
    error instanceof KubeError && error.code === 400 && error.message.startsWith('an empty namespace may not be set')
  )
}

function causes(error: KubeError): string[] {
  const list = error.details?.['causes']
  if (!Array.isArray(list)) return []
  return list.flatMap((cause) => {
    const reason = typeof cause === 'object' && cause !== null && 'reason' in cause ? cause['reason'] : undefined
    return typeof reason === 'string' ? [reason] : []
  })
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
