import { getIn, isObject, type JsonValue } from '../base/index.ts'
import { apiVersionOf, type KubeObject, parseApiVersion } from '../kube/index.ts'
import { fluxGroups } from './kinds/kind.ts'
import { fluxKindOf } from './kinds/table.ts'

/** A field of an old API version that the served one has not, or no longer wants. */
export interface FieldMigration {
  /** `*` stands for every item of a list. */
  readonly path: readonly string[]
  /** `delete`: drop it. `convert`: say it in another way. `deprecated`: still accepted. */
  readonly action: 'delete' | 'convert' | 'deprecated'
  /** What to write instead, in words for the user. */
  readonly instead: string
  /** Old versions that have it; absent: every version, the served one too. */
  readonly versions?: readonly string[]
}

/** The old versions of a kind. */
export interface KindMigration {
  readonly group: string
  readonly kinds: readonly string[]
  /** Old version → the Flux minor that stopped serving it. */
  readonly removedIn: Readonly<Record<string, string>>
  readonly fields: readonly FieldMigration[]
}

const betas = ['v1beta1', 'v1beta2'] as const
const helmBetas = ['v2beta1', 'v2beta2'] as const

/**
 * What changed between the API versions that Flux 2.0 to 2.8 served and those of 2.9 (from each release's CRDs and the
 * controllers' change logs).
 */
export const migrations: readonly KindMigration[] = [
  {
    group: fluxGroups.kustomize,
    kinds: ['Kustomization'],
    removedIn: { v1beta1: '2.7', v1beta2: '2.8' },
    fields: [
      {
        path: ['spec', 'validation'],
        action: 'delete',
        instead: 'server-side dry-run always validates',
        versions: betas,
      },
      { path: ['spec', 'patchesStrategicMerge'], action: 'convert', instead: 'spec.patches', versions: betas },
      { path: ['spec', 'patchesJson6902'], action: 'convert', instead: 'spec.patches', versions: betas },
    ],
  },
  {
    group: fluxGroups.source,
    kinds: ['GitRepository'],
    removedIn: { v1beta1: '2.7', v1beta2: '2.8' },
    fields: [
      { path: ['spec', 'gitImplementation'], action: 'delete', instead: 'go-git is always used', versions: betas },
      {
        path: ['spec', 'accessFrom'],
        action: 'delete',
        instead: 'cross-namespace access is a controller flag',
        versions: betas,
      },
    ],
  },
  {
    group: fluxGroups.source,
    kinds: ['Bucket'],
    removedIn: { v1beta1: '2.7', v1beta2: '2.8' },
    fields: [
      {
        path: ['spec', 'accessFrom'],
        action: 'delete',
        instead: 'cross-namespace access is a controller flag',
        versions: betas,
      },
    ],
  },
  {
    group: fluxGroups.source,
    kinds: ['HelmChart'],
    removedIn: { v1beta1: '2.7', v1beta2: '2.8' },
    fields: [
      {
        path: ['spec', 'accessFrom'],
        action: 'delete',
        instead: 'cross-namespace access is a controller flag',
        versions: betas,
      },
      { path: ['spec', 'valuesFile'], action: 'convert', instead: 'spec.valuesFiles', versions: betas },
    ],
  },
  {
    group: fluxGroups.source,
    kinds: ['HelmRepository'],
    removedIn: { v1beta1: '2.7', v1beta2: '2.8' },
    fields: [
      {
        path: ['spec', 'accessFrom'],
        action: 'delete',
        instead: 'cross-namespace access is a controller flag',
        versions: betas,
      },
    ],
  },
  { group: fluxGroups.source, kinds: ['OCIRepository'], removedIn: { v1beta2: '2.8' }, fields: [] },
  {
    group: fluxGroups.helm,
    kinds: ['HelmRelease'],
    removedIn: { v2beta1: '2.7', v2beta2: '2.8' },
    fields: [
      {
        path: ['spec', 'chart', 'spec', 'valuesFile'],
        action: 'convert',
        instead: 'spec.chart.spec.valuesFiles',
        versions: helmBetas,
      },
      {
        path: ['spec', 'postRenderers', '*', 'kustomize', 'patchesStrategicMerge'],
        action: 'convert',
        instead: 'kustomize.patches',
        versions: helmBetas,
      },
      {
        path: ['spec', 'postRenderers', '*', 'kustomize', 'patchesJson6902'],
        action: 'convert',
        instead: 'kustomize.patches',
        versions: helmBetas,
      },
      { path: ['spec', 'install', 'skipCRDs'], action: 'deprecated', instead: 'spec.install.crds: Skip' },
      { path: ['spec', 'rollback', 'recreate'], action: 'deprecated', instead: 'nothing: it has no effect' },
    ],
  },
  {
    group: fluxGroups.notification,
    kinds: ['Receiver'],
    removedIn: { v1beta1: '2.7', v1beta2: '2.9' },
    fields: [],
  },
  {
    group: fluxGroups.notification,
    kinds: ['Alert'],
    removedIn: { v1beta1: '2.7', v1beta2: '2.9' },
    fields: [{ path: ['spec', 'summary'], action: 'deprecated', instead: 'spec.eventMetadata.summary' }],
  },
  {
    group: fluxGroups.notification,
    kinds: ['Provider'],
    removedIn: { v1beta1: '2.7', v1beta2: '2.9' },
    fields: [
      { path: ['spec', 'interval'], action: 'deprecated', instead: 'nothing: it has no effect' },
      { path: ['spec', 'proxy'], action: 'deprecated', instead: 'spec.proxySecretRef' },
    ],
  },
  {
    group: fluxGroups.image,
    kinds: ['ImageRepository', 'ImagePolicy'],
    removedIn: { v1beta1: '2.7', v1beta2: '2.9' },
    fields: [],
  },
  {
    group: fluxGroups.image,
    kinds: ['ImageUpdateAutomation'],
    removedIn: { v1beta1: '2.7', v1beta2: '2.9' },
    fields: [],
  },
]

/** What has to change in an object for Flux 2.9. */
export interface Migration {
  readonly from: string
  /** The apiVersion to write. */
  readonly to: string
  /** The Flux minor that no longer serves `from`; `undefined` when it is the served version. */
  readonly removedIn: string | undefined
  readonly fields: readonly { readonly path: readonly (string | number)[]; readonly rule: FieldMigration }[]
}

/** What has to change in a Flux object; `undefined` when nothing has, or when it is no Flux object. */
export function migrationOf(object: KubeObject): Migration | undefined {
  const kind = fluxKindOf(object)
  if (kind === undefined) return undefined
  const { group, version } = parseApiVersion(object.apiVersion)
  const table = migrations.find((one) => one.group === group && one.kinds.includes(object.kind))
  if (table === undefined) return undefined
  const fields = table.fields
    .filter((rule) => rule.versions?.includes(version) ?? true)
    .flatMap((rule) => present(object, rule.path).map((path) => ({ path, rule })))
  if (version === kind.version && fields.length === 0) return undefined
  return {
    from: object.apiVersion,
    to: apiVersionOf(kind),
    removedIn: Object.hasOwn(table.removedIn, version) ? table.removedIn[version] : undefined,
    fields,
  }
}

function present(value: JsonValue, pattern: readonly string[]): (string | number)[][] {
  const star = pattern.indexOf('*')
  if (star < 0) return getIn(value, pattern) === undefined ? [] : [[...pattern]]
  const head = pattern.slice(0, star)
  const list = getIn(value, head)
  if (!Array.isArray(list)) return []
  return list.flatMap((item, i) =>
    isObject(item) ? present(item, pattern.slice(star + 1)).map((rest) => [...head, i, ...rest]) : [],
  )
}
