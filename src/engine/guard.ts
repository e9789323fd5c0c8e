import { getIn, getString } from '../base/index.ts'
import { gvkOf, type KubeClient, KubeError } from '../kube/index.ts'

/** Flux's own controllers in a cluster, which reconcile the same objects. */
export class FluxRunningError extends Error {
  override readonly name = 'FluxRunningError'
  /** `namespace/name` of the Deployments found running. */
  readonly deployments: readonly string[]

  constructor(deployments: readonly string[]) {
    super(
      `Flux is running in this cluster (${deployments.join(', ')}); two engines must not reconcile the same objects. ` +
        'Use the dev cluster, or scale these Deployments to zero first.',
    )
    this.deployments = deployments
  }
}

const components = new Set([
  'source-controller',
  'source-watcher',
  'kustomize-controller',
  'helm-controller',
  'notification-controller',
  'image-reflector-controller',
  'image-automation-controller',
  'flux-operator',
])

/**
 * Throws `FluxRunningError` when a Deployment with the label `app.kubernetes.io/part-of: flux` and the name of a Flux
 * controller has a ready replica, in any namespace. A server without Deployments passes.
 */
export async function refuseRunningFlux(client: KubeClient): Promise<void> {
  const running: string[] = []
  try {
    const list = await client.list(
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      { labelSelector: 'app.kubernetes.io/part-of=flux' },
    )
    for (const deployment of list.items) {
      const ready = getIn(deployment, ['status', 'readyReplicas'])
      const component = getString(deployment, 'metadata', 'labels', 'app.kubernetes.io/component') ?? ''
      const { name } = deployment.metadata
      if (typeof ready !== 'number' || ready < 1 || !(components.has(name) || components.has(component))) continue
      running.push(`${getString(deployment, 'metadata', 'namespace') ?? ''}/${name}`)
    }
  } catch (error) {
    if (!(error instanceof KubeError && error.reason === 'NoKindMatch')) throw error
  }
  if (running.length > 0) throw new FluxRunningError(running)
}

/** A cluster without the definitions of the Flux kinds. */
export class FluxMissingError extends Error {
  override readonly name = 'FluxMissingError'
  /** `Kind` names that the server does not know. */
  readonly kinds: readonly string[]

  constructor(kinds: readonly string[]) {
    super(`the cluster has no definitions of ${kinds.join(' and ')}: install Flux's custom resource definitions first`)
    this.kinds = kinds
  }
}

/** Which of some kinds the server knows; throws `FluxMissingError` when a required one is not among them. */
export async function knownKinds<K extends string>(
  client: KubeClient,
  kinds: Readonly<Record<K, { readonly apiVersion: string; readonly kind: string }>>,
  required: readonly NoInfer<K>[],
): Promise<ReadonlySet<K>> {
  const known = new Set<K>()
  for (const [name, kind] of Object.entries(kinds) as [K, { apiVersion: string; kind: string }][]) {
    if ((await client.resourceFor(gvkOf(kind))) !== undefined) known.add(name)
  }
  const missing = required.filter((name) => !known.has(name))
  if (missing.length > 0) throw new FluxMissingError(missing)
  return known
}
