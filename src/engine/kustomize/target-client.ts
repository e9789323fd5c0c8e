import { getString, isObject } from '../../base/index.ts'
import { variableData } from '../../flux/index.ts'
import { createKubeClient, type KubeClient, type KubeTransport } from '../../kube/index.ts'
import type { EngineContext } from '../runtime/context.ts'
import type { ManagedObject } from '../runtime/managed-object.ts'

/**
 * The client that a Kustomization applies with: the engine's own, a remote cluster's by `spec.kubeConfig`, acting as
 * `spec.serviceAccountName` where one is given (fluxcd/pkg runtime/client `Impersonator`). Throws with the controller's
 * message when it cannot be had.
 */
export async function targetClient(context: EngineContext, object: ManagedObject): Promise<KubeClient> {
  const serviceAccount = getString(object.spec, 'serviceAccountName') ?? ''
  const remote = isObject(object.spec['kubeConfig'])
  if (!remote && serviceAccount === '') return context.client
  const user = serviceAccount === '' ? undefined : `system:serviceaccount:${object.namespace}:${serviceAccount}`
  const config = remote ? await readKubeConfig(context, object) : ''
  // Kept, because every client learns the server's kinds anew.
  const key = `${user ?? ''}\0${config}`
  const known = context.clients.get(key)
  if (known !== undefined) return known
  const transport = remote ? connect(context, config) : context.client.transport
  const client = createKubeClient(user === undefined ? transport : impersonating(transport, user), context.clock)
  context.clients.set(key, client)
  return client
}

/** False when the account that a Kustomization acts as is gone, so that its objects cannot be deleted. */
export async function canImpersonate(context: EngineContext, object: ManagedObject): Promise<boolean> {
  const name = getString(object.spec, 'serviceAccountName') ?? ''
  if (name === '') return true
  const ref = { apiVersion: 'v1', kind: 'ServiceAccount', name, namespace: object.namespace }
  return (await context.client.get(ref)) !== undefined
}

async function readKubeConfig(context: EngineContext, object: ManagedObject): Promise<string> {
  const { namespace } = object
  const configMap = getString(object.spec, 'kubeConfig', 'configMapRef', 'name')
  if (configMap !== undefined) {
    throw new Error(
      `kubeconfig from ConfigMap '${namespace}/${configMap}' needs a cloud provider's identity, which this engine has not`,
    )
  }
  const name = getString(object.spec, 'kubeConfig', 'secretRef', 'name') ?? ''
  const secret = await context.client.get({ apiVersion: 'v1', kind: 'Secret', name, namespace })
  if (secret === undefined) {
    throw new Error(`unable to read KubeConfig secret '${namespace}/${name}' error: secrets "${name}" not found`)
  }
  const data = variableData(secret)
  const key = getString(object.spec, 'kubeConfig', 'secretRef', 'key') ?? ''
  const config = key === '' ? (data['value'] ?? data['value.yaml']) : data[key]
  if (config === undefined) {
    const wanted = key === '' ? 'value' : key
    throw new Error(`KubeConfig secret '${namespace}/${name}' does not contain a '${wanted}' key with a kubeconfig`)
  }
  return config
}

function connect(context: EngineContext, config: string): KubeTransport {
  if (context.connect === undefined) throw new Error('remote clusters are not allowed here')
  const transport = context.connect(config)
  if ('error' in transport) throw new Error(transport.error)
  return transport
}

/** Adds the impersonation header to every request. */
function impersonating(transport: KubeTransport, user: string): KubeTransport {
  const headers = { 'impersonate-user': user }
  return {
    request: (request) => transport.request({ ...request, headers: { ...request.headers, ...headers } }),
    stream: (request, handlers) =>
      transport.stream({ ...request, headers: { ...request.headers, ...headers } }, handlers),
  }
}
