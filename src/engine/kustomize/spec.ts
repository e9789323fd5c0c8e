import { getString, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { formatDuration, parseDuration } from '../../flux/index.ts'

/** A reference as `spec.sourceRef` and `spec.dependsOn` hold it, its namespace filled in. */
export interface SpecRef {
  readonly kind: string
  readonly name: string
  readonly namespace: string
}

/** The timing and switches of a Kustomization, with the controller's defaults. */
export interface KustomizationSpec {
  readonly sourceRef: SpecRef
  readonly interval: number
  readonly retryInterval: number
  readonly timeout: number
  readonly prune: boolean
  readonly wait: boolean
  readonly force: boolean
  readonly deletionPolicy: string
  readonly serviceAccountName: string
  /** `spec.timeout` as messages show it. */
  readonly timeoutText: string
}

/** Reads a Kustomization's spec (kustomize-controller api/v1 `GetTimeout`, `GetRetryInterval`, …). */
export function readSpec(spec: JsonObject, namespace: string): KustomizationSpec {
  const interval = durationAt(spec, 'interval') ?? 0
  // Half a minute less than the interval, so that a run ends before the next begins.
  const timeout = Math.max(durationAt(spec, 'timeout') ?? interval - 30_000, 30_000)
  return {
    sourceRef: {
      kind: getString(spec, 'sourceRef', 'kind') ?? '',
      name: getString(spec, 'sourceRef', 'name') ?? '',
      namespace: orElse(getString(spec, 'sourceRef', 'namespace'), namespace),
    },
    interval,
    retryInterval: durationAt(spec, 'retryInterval') ?? interval,
    timeout,
    prune: spec['prune'] === true,
    wait: spec['wait'] === true,
    force: spec['force'] === true,
    deletionPolicy: orElse(getString(spec, 'deletionPolicy'), 'MirrorPrune'),
    serviceAccountName: getString(spec, 'serviceAccountName') ?? '',
    timeoutText: formatDuration(timeout),
  }
}

/** The items of a list of objects in a spec. */
export function objectsAt(spec: JsonObject, field: string): JsonObject[] {
  const list: JsonValue | undefined = spec[field]
  return Array.isArray(list) ? list.filter(isObject) : []
}

/** The text, or another when it is missing or empty. */
export function orElse(text: string | undefined, other: string): string {
  return text === undefined || text === '' ? other : text
}

function durationAt(spec: JsonObject, field: string): number | undefined {
  const text = spec[field]
  return typeof text === 'string' ? parseDuration(text) : undefined
}
