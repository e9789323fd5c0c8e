import type { ObjectRef, Severity } from '../base/index.ts'
import { type ClusterInfo, isClusterInfo } from './clusters.ts'
import { type FleetCluster, type FleetObject, isFleetCluster, isFleetObject } from './fleet.ts'
import { type Graph, isGraph } from './graph.ts'
import {
  type Guard,
  isBoolean,
  isNothing,
  isNumber,
  isString,
  listOf,
  type Nothing,
  nullable,
  oneOf,
  optional,
  record,
} from './guards.ts'
import {
  type FluxObject,
  type InventoryItem,
  isFluxObject,
  isInventoryItem,
  isObjectRef,
  isSourceLocation,
  type SourceLocation,
} from './objects.ts'

/** A request of the extension to the worker, beside those of the Language Server Protocol. */
export interface RequestSpec<Params, Result> {
  readonly method: string
  readonly params: Guard<Params>
  readonly result: Guard<Result>
}

/** A message without an answer. */
export interface NotificationSpec<Params> {
  readonly method: string
  readonly params: Guard<Params>
}

/** What the worker has to know of the user's settings. */
export interface WorkerSettings {
  /** Kubeconfig files; empty means `$KUBECONFIG`, else `~/.kube/config`. */
  readonly kubeconfigs: readonly string[]
  readonly allowedContexts: readonly string[]
  /** False in a restricted workspace: only static language features run. */
  readonly trusted: boolean
  /** Where the dev cluster keeps its kubeconfig and state. */
  readonly storage: string
  /** Seconds between two looks at the working tree where no file event tells of a change. */
  readonly pollInterval: number
  /** Charts that HelmReleases name may be fetched from their repositories. */
  readonly downloadCharts: boolean
  /** Remote bases of kustomizations may be fetched with Git and HTTP. */
  readonly remoteBases: boolean
  /** The dev cluster also serves the Flux API versions of earlier minors. Counts from its next start. */
  readonly oldFluxVersions: boolean
}

export const isWorkerSettings: Guard<WorkerSettings> = record<WorkerSettings>({
  kubeconfigs: listOf(isString),
  allowedContexts: listOf(isString),
  trusted: isBoolean,
  storage: isString,
  pollInterval: isNumber,
  downloadCharts: isBoolean,
  remoteBases: isBoolean,
  oldFluxVersions: isBoolean,
})

export interface ClusterParams {
  readonly cluster: string
}
const isClusterParams: Guard<ClusterParams> = record<ClusterParams>({ cluster: isString })

export interface ObjectParams extends ClusterParams {
  readonly ref: ObjectRef
}
const isObjectParams: Guard<ObjectParams> = record<ObjectParams>({ cluster: isString, ref: isObjectRef })

/** Names a workload of the fleet model. */
export interface WorkloadParams {
  readonly fleetCluster: string
  readonly workload: string
}
const isWorkloadParams: Guard<WorkloadParams> = record<WorkloadParams>({ fleetCluster: isString, workload: isString })

export interface BuildProblem {
  readonly severity: Severity
  readonly message: string
  readonly location?: SourceLocation | undefined
}

export interface BuildAnswer {
  readonly text: string
  readonly problems: readonly BuildProblem[]
}

/** A place in a rendered document: the document's own text (from its first line to the next `---`) and where in it. */
export interface BuildPlaceParams extends WorkloadParams {
  readonly document: string
  readonly line: number
  readonly character: number
}

/** One step that made an object, and the place in the workspace where it is written. */
export interface BuildStep {
  readonly step: string
  readonly location?: SourceLocation | undefined
}
const isBuildStep: Guard<BuildStep> = record<BuildStep>({ step: isString, location: optional(isSourceLocation) })

/** Where a field of a rendered object comes from. */
export interface BuildOriginAnswer {
  /** The field as one writes it in a path expression: `spec.replicas`. Empty at the object itself. */
  readonly field: string
  readonly origin?: BuildStep | undefined
  /** What else had a part in the field: helpers that its template called, values and the layers that set them. */
  readonly details?: readonly BuildStep[] | undefined
  /** Where the field is written, the most telling place first; absent: where the origin is. */
  readonly targets?: readonly SourceLocation[] | undefined
  /** Every step that had a part in the object, in order. */
  readonly steps: readonly BuildStep[]
}

export interface DiffParams extends WorkloadParams, ClusterParams {}

export type Change = 'created' | 'changed' | 'deleted' | 'unchanged' | 'failed'

/** One object of a diff against a cluster; both sides as YAML, Secret values masked. */
export interface DiffEntry {
  readonly ref: ObjectRef
  readonly change: Change
  readonly live: string
  readonly merged: string
  readonly message: string
}

export type ActionVerb = 'reconcile' | 'reconcile-with-source' | 'suspend' | 'resume'

export interface ActionParams extends ClusterParams {
  readonly verb: ActionVerb
  readonly refs: readonly ObjectRef[]
}

export interface ActionOutcome {
  readonly ref: ObjectRef
  readonly ok: boolean
  readonly message: string
}

export interface LocateAnswer {
  readonly locations: readonly SourceLocation[]
}

/** A workload of the fleet that is the same object as a live one. */
export interface FleetMatch extends WorkloadParams {}

export interface GraphParams extends ClusterParams {
  /** `cluster`: the live objects of a cluster; `fleet`: what the files declare. */
  readonly scope: 'cluster' | 'fleet'
}

export interface ObjectsDelta {
  readonly cluster: string
  readonly upserted: readonly FluxObject[]
  /** Ids, as of `objectId`. */
  readonly removed: readonly string[]
}

export interface InventoryUpdate extends ObjectParams {
  readonly items: readonly InventoryItem[]
}

export interface LogLine {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
}

export interface TextAnswer {
  readonly text: string
}

const isTextAnswer: Guard<TextAnswer> = record<TextAnswer>({ text: isString })

function request<P, R>(method: string, params: Guard<P>, result: Guard<R>): RequestSpec<P, R> {
  return { method: `fluxkit/${method}`, params, result }
}

function notification<P>(method: string, params: Guard<P>): NotificationSpec<P> {
  return { method: `fluxkit/${method}`, params }
}

/** Contexts of the kubeconfig and the dev cluster; contacts nothing. */
export const listClusters: RequestSpec<Nothing, readonly ClusterInfo[]> = request(
  'clusters',
  isNothing,
  listOf(isClusterInfo),
)
/** Connects to a cluster and watches its Flux objects; answers what is there now. */
export const openCluster: RequestSpec<ClusterParams, readonly FluxObject[]> = request(
  'openCluster',
  isClusterParams,
  listOf(isFluxObject),
)
export const closeCluster: RequestSpec<ClusterParams, Nothing> = request('closeCluster', isClusterParams, isNothing)
/** The objects that a workload applied; they are watched from now on. */
export const inventory: RequestSpec<ObjectParams, readonly InventoryItem[]> = request(
  'inventory',
  isObjectParams,
  listOf(isInventoryItem),
)
/** A live object as YAML: no managed fields, Secret values masked. */
export const liveManifest: RequestSpec<ObjectParams, TextAnswer> = request('liveManifest', isObjectParams, isTextAnswer)
/** A live object as one would commit it: no status, no server-set metadata. */
export const exportManifest: RequestSpec<ObjectParams, TextAnswer> = request(
  'exportManifest',
  isObjectParams,
  isTextAnswer,
)
export const act: RequestSpec<ActionParams, readonly ActionOutcome[]> = request(
  'act',
  record<ActionParams>({
    cluster: isString,
    verb: oneOf('reconcile', 'reconcile-with-source', 'suspend', 'resume'),
    refs: listOf(isObjectRef),
  }),
  listOf(record<ActionOutcome>({ ref: isObjectRef, ok: isBoolean, message: isString })),
)

/** What the workspace declares. */
export const fleetTree: RequestSpec<Nothing, readonly FleetCluster[]> = request(
  'fleet',
  isNothing,
  listOf(isFleetCluster),
)
/** The objects that a workload of the fleet renders to. */
export const fleetObjects: RequestSpec<WorkloadParams, readonly FleetObject[]> = request(
  'fleetObjects',
  isWorkloadParams,
  listOf(isFleetObject),
)
/** The rendered manifests of a workload, as text for a read-only document. */
export const buildWorkload: RequestSpec<WorkloadParams, BuildAnswer> = request(
  'build',
  isWorkloadParams,
  record<BuildAnswer>({
    text: isString,
    problems: listOf(
      record<BuildProblem>({
        severity: oneOf('error', 'warning', 'info', 'hint'),
        message: isString,
        location: optional(isSourceLocation),
      }),
    ),
  }),
)
/** What set a field of a rendered document; `null` where the document holds no object of the workload. */
export const buildOrigin: RequestSpec<BuildPlaceParams, BuildOriginAnswer | null> = request(
  'buildOrigin',
  record<BuildPlaceParams>({
    fleetCluster: isString,
    workload: isString,
    document: isString,
    line: isNumber,
    character: isNumber,
  }),
  nullable(
    record<BuildOriginAnswer>({
      field: isString,
      origin: optional(isBuildStep),
      details: optional(listOf(isBuildStep)),
      targets: optional(listOf(isSourceLocation)),
      steps: listOf(isBuildStep),
    }),
  ),
)
/** Scheme of the read-only documents that show files of packed charts; their query is JSON of `ChartFileParams`. */
export const chartScheme = 'fluxkit-chart'

/** A file of a release's chart that is no file of the workspace. */
export interface ChartFileParams extends WorkloadParams {
  /** As `# Source` shows it: `podinfo/templates/service.yaml`. */
  readonly path: string
}
/** The text of a file of the chart of a HelmRelease. */
export const chartFile: RequestSpec<ChartFileParams, TextAnswer> = request(
  'chartFile',
  record<ChartFileParams>({ fleetCluster: isString, workload: isString, path: isString }),
  isTextAnswer,
)
/** Server-side dry-run of a workload's rendered objects against a cluster. */
export const diffWorkload: RequestSpec<DiffParams, readonly DiffEntry[]> = request(
  'diff',
  record<DiffParams>({ fleetCluster: isString, workload: isString, cluster: isString }),
  listOf(
    record<DiffEntry>({
      ref: isObjectRef,
      change: oneOf('created', 'changed', 'deleted', 'unchanged', 'failed'),
      live: isString,
      merged: isString,
      message: isString,
    }),
  ),
)
/** Where the workspace declares an object. */
export const locate: RequestSpec<{ readonly ref: ObjectRef }, LocateAnswer> = request(
  'locate',
  record<{ readonly ref: ObjectRef }>({ ref: isObjectRef }),
  record<LocateAnswer>({ locations: listOf(isSourceLocation) }),
)
/** The workload of the fleet that a live Kustomization or HelmRelease comes from. */
export const findWorkload: RequestSpec<{ readonly ref: ObjectRef }, FleetMatch | null> = request(
  'findWorkload',
  record<{ readonly ref: ObjectRef }>({ ref: isObjectRef }),
  nullable(isWorkloadParams),
)
export const graph: RequestSpec<GraphParams, Graph> = request(
  'graph',
  record<GraphParams>({ scope: oneOf('cluster', 'fleet'), cluster: isString }),
  isGraph,
)

export type DevClusterCommand = 'start' | 'stop' | 'reset'
export const devCluster: RequestSpec<{ readonly command: DevClusterCommand }, Nothing> = request(
  'devCluster',
  record<{ readonly command: DevClusterCommand }>({ command: oneOf('start', 'stop', 'reset') }),
  isNothing,
)

export interface EngineParams extends ClusterParams {
  readonly command: 'run' | 'stop'
  /** The fleet cluster (entry point) to reconcile; needed to run when the workspace declares several. */
  readonly fleetCluster?: string | undefined
}
export const engine: RequestSpec<EngineParams, Nothing> = request(
  'engine',
  record<EngineParams>({ cluster: isString, command: oneOf('run', 'stop'), fleetCluster: optional(isString) }),
  isNothing,
)

/** Extension → worker: settings or trust have changed. */
export const settingsChanged: NotificationSpec<WorkerSettings> = notification('settingsChanged', isWorkerSettings)

/** Extension → worker: another worker follows at once, so what this one has started is to go on without it. */
export const handOver: NotificationSpec<Nothing> = notification('handOver', isNothing)

/** Worker → extension. */
export const clustersChanged: NotificationSpec<readonly ClusterInfo[]> = notification(
  'clustersChanged',
  listOf(isClusterInfo),
)
export const objectsChanged: NotificationSpec<ObjectsDelta> = notification(
  'objectsChanged',
  record<ObjectsDelta>({ cluster: isString, upserted: listOf(isFluxObject), removed: listOf(isString) }),
)
export const inventoryChanged: NotificationSpec<InventoryUpdate> = notification(
  'inventoryChanged',
  record<InventoryUpdate>({ cluster: isString, ref: isObjectRef, items: listOf(isInventoryItem) }),
)
export const fleetChanged: NotificationSpec<{ readonly revision: number }> = notification(
  'fleetChanged',
  record<{ readonly revision: number }>({ revision: isNumber }),
)
export const log: NotificationSpec<LogLine> = notification(
  'log',
  record<LogLine>({ level: oneOf('trace', 'debug', 'info', 'warn', 'error'), message: isString }),
)
