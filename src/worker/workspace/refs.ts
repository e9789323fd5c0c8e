import type { ObjectRef } from '../../base/index.ts'

/** The reference to an object. */
export function refOfObject(object: { apiVersion: string; kind: string; metadata: { name: string } }): ObjectRef {
  const namespace = (object.metadata as Record<string, unknown>)['namespace']
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}),
  }
}
