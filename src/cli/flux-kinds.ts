import { getIn, getString, isObject } from '../base/index.ts'
import type { KubeObject } from '../kube/index.ts'
import { shortenHex } from './output.ts'

/** How the flux CLI names, lists and reports one kind. Source: flux2 v2.9 cmd/flux, get_*.go and the adapters. */
export interface FluxKindView {
  readonly apiVersion: string
  readonly kind: string
  /** What messages call it: `kustomization`, `source git`. */
  readonly human: string
  /** The words after the verb, with their aliases. */
  readonly words: readonly (readonly string[])[]
  /** Which verbs the flux CLI has for it. */
  readonly verbs: readonly ('get' | 'reconcile' | 'suspend' | 'resume' | 'export' | 'delete')[]
  /** Kinds without a reconciler are always ready. */
  readonly isStatic?: boolean
  readonly columns: readonly string[]
  readonly row: (object: KubeObject) => string[]
  /** Said after a successful reconcile. */
  readonly success: (object: KubeObject) => string
}

const all = ['get', 'reconcile', 'suspend', 'resume', 'export', 'delete'] as const

/** The Ready condition's status and message; an object without one waits for its first reconciliation. */
export function readyOf(object: KubeObject): { status: string; message: string } {
  const conditions = getIn(object, ['status', 'conditions'])
  const ready = Array.isArray(conditions)
    ? conditions.find((each) => isObject(each) && each['type'] === 'Ready')
    : undefined
  if (ready === undefined) return { status: 'False', message: 'waiting to be reconciled' }
  return { status: getString(ready, 'status') ?? '', message: getString(ready, 'message') ?? '' }
}

/** Capitalised boolean of `spec.suspend`, as printed. */
function suspended(object: KubeObject): string {
  return getIn(object, ['spec', 'suspend']) === true ? 'True' : 'False'
}

function artifactRevision(object: KubeObject): string {
  return getString(object, 'status', 'artifact', 'revision') ?? ''
}

function statusColumns(object: KubeObject): string[] {
  const { status, message } = readyOf(object)
  return [status, shortenHex(message)]
}

function source(kind: string, word: string, options: Partial<FluxKindView> = {}): FluxKindView {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind,
    human: `source ${word}`,
    words: [['sources', 'source'], [word]],
    verbs: all,
    columns: ['Revision', 'Suspended', 'Ready', 'Message'],
    row: (object) => [shortenHex(artifactRevision(object)), suspended(object), ...statusColumns(object)],
    success: (object) => `fetched revision ${artifactRevision(object)}`,
    ...options,
  }
}

function timeColumn(...field: string[]): (object: KubeObject) => string[] {
  return (object) => {
    const { status, message } = readyOf(object)
    return [getString(object, 'status', ...field) ?? '', suspended(object), status, message]
  }
}

function helmRevision(object: KubeObject): string {
  const history = getIn(object, ['status', 'history'])
  const latest = Array.isArray(history) ? history[0] : undefined
  return getString(latest, 'chartVersion') ?? getString(object, 'status', 'lastAttemptedRevision') ?? ''
}

const imageApi = 'image.toolkit.fluxcd.io/v1'
const notificationApi = 'notification.toolkit.fluxcd.io'

/** Every kind of the flux CLI, in the order in which `get all` prints them. */
export const fluxKindViews: readonly FluxKindView[] = [
  source('OCIRepository', 'oci'),
  source('Bucket', 'bucket'),
  source('GitRepository', 'git'),
  source('HelmRepository', 'helm', {
    row: (object) => {
      const oci = getString(object, 'spec', 'type') === 'oci'
      return [
        shortenHex(artifactRevision(object)),
        suspended(object),
        ...(oci ? ['True', 'Helm repository is Ready'] : statusColumns(object)),
      ]
    },
  }),
  source('HelmChart', 'chart', {
    row: (object) => [artifactRevision(object), suspended(object), ...statusColumns(object)],
  }),
  source('ExternalArtifact', 'external', {
    human: 'source external-artifact',
    verbs: ['get', 'export'],
    columns: ['Revision', 'Source', 'Ready', 'Message'],
    row: (object) => {
      const ref = getIn(object, ['spec', 'sourceRef'])
      const from = isObject(ref) ? `${ref['kind'] ?? ''}/${ref['namespace'] ?? ''}/${ref['name'] ?? ''}` : ''
      return [shortenHex(artifactRevision(object)), from, ...statusColumns(object)]
    },
  }),
  {
    apiVersion: imageApi,
    kind: 'ImageRepository',
    human: 'image repository',
    words: [['images', 'image'], ['repository']],
    verbs: all,
    columns: ['Last scan', 'Suspended', 'Ready', 'Message'],
    row: timeColumn('lastScanResult', 'scanTime'),
    success: (object) => `scan fetched ${getIn(object, ['status', 'lastScanResult', 'tagCount']) ?? 0} tags`,
  },
  {
    apiVersion: imageApi,
    kind: 'ImagePolicy',
    human: 'image policy',
    words: [['images', 'image'], ['policy']],
    verbs: all,
    columns: ['Image', 'Tag', 'Ready', 'Message'],
    row: (object) => {
      const { status, message } = readyOf(object)
      const ref = ['status', 'latestRef'] as const
      return [getString(object, ...ref, 'name') ?? '', getString(object, ...ref, 'tag') ?? '', status, message]
    },
    success: (object) =>
      `selected ref ${getString(object, 'status', 'latestRef', 'name') ?? ''}:${getString(object, 'status', 'latestRef', 'tag') ?? ''}`,
  },
  {
    apiVersion: imageApi,
    kind: 'ImageUpdateAutomation',
    human: 'image update automation',
    words: [['images', 'image'], ['update']],
    verbs: all,
    columns: ['Last run', 'Suspended', 'Ready', 'Message'],
    row: timeColumn('lastAutomationRunTime'),
    success: (object) => readyOf(object).message,
  },
  {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    human: 'helmrelease',
    words: [['helmreleases', 'hr', 'helmrelease']],
    verbs: all,
    columns: ['Revision', 'Suspended', 'Ready', 'Message'],
    row: (object) => {
      const { status, message } = readyOf(object)
      return [helmRevision(object), suspended(object), status, message]
    },
    success: (object) => `applied revision ${helmRevision(object)}`,
  },
  {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    human: 'kustomization',
    words: [['kustomizations', 'ks', 'kustomization']],
    verbs: all,
    columns: ['Revision', 'Suspended', 'Ready', 'Message'],
    row: (object) => [
      shortenHex(getString(object, 'status', 'lastAppliedRevision') ?? ''),
      suspended(object),
      ...statusColumns(object),
    ],
    success: (object) => `applied revision ${getString(object, 'status', 'lastAppliedRevision') ?? ''}`,
  },
  {
    apiVersion: `${notificationApi}/v1`,
    kind: 'Receiver',
    human: 'receiver',
    words: [['receivers', 'receiver']],
    verbs: all,
    columns: ['Suspended', 'Ready', 'Message'],
    row: (object) => {
      const { status, message } = readyOf(object)
      return [suspended(object), status, message]
    },
    success: () => 'Receiver reconciliation completed',
  },
  {
    apiVersion: `${notificationApi}/v1beta3`,
    kind: 'Provider',
    human: 'alert provider',
    words: [['alert-providers', 'alert-provider']],
    verbs: ['get', 'suspend', 'resume', 'export', 'delete'],
    isStatic: true,
    columns: ['Ready', 'Message'],
    row: () => ['True', 'Provider is Ready'],
    success: () => 'Provider reconciliation completed',
  },
  {
    apiVersion: `${notificationApi}/v1beta3`,
    kind: 'Alert',
    human: 'alert',
    words: [['alerts', 'alert']],
    verbs: ['get', 'suspend', 'resume', 'export', 'delete'],
    isStatic: true,
    columns: ['Suspended', 'Ready', 'Message'],
    row: (object) => [suspended(object), 'True', 'Alert is Ready'],
    success: () => 'Alert reconciliation completed',
  },
  {
    apiVersion: 'source.extensions.fluxcd.io/v1beta1',
    kind: 'ArtifactGenerator',
    human: 'artifactgenerator',
    words: [
      ['artifacts', 'artifact'],
      ['generators', 'generator'],
    ],
    verbs: ['get', 'export'],
    columns: ['Suspended', 'Ready', 'Message'],
    row: (object) => {
      const disabled =
        getString(object, 'metadata', 'annotations', 'source.extensions.fluxcd.io/reconcile') === 'disabled'
      const { status, message } = readyOf(object)
      return [disabled ? 'True' : 'False', status, message]
    },
    success: (object) => readyOf(object).message,
  },
]
