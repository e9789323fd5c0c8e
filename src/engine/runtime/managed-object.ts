import { isObject, type JsonObject, type JsonValue, jsonClone, jsonEqual, rfc3339 } from '../../base/index.ts'
import {
  type Condition,
  type ConditionStatus,
  conditionsOf,
  conditionToJson,
  deleteCondition,
  getCondition,
  markReconciling,
  markStalled,
  reconcileRequestAnnotation,
  type SetContext,
  setCondition,
  stringMap,
} from '../../flux/index.ts'
import { type KubeClient, KubeError, type KubeObject, refOf } from '../../kube/index.ts'

/**
 * The object under reconciliation: what was read, and what status, conditions and finalizers it shall have. `patch`
 * writes the difference to what was last written, as fluxcd/pkg runtime/patch `SerialPatcher` does, so that fields of
 * other writers are never touched.
 */
export class ManagedObject {
  readonly #client: KubeClient
  readonly #now: () => number
  readonly #fieldManager: string
  /** As last read from, or written to, the server. */
  #base: KubeObject
  #status: JsonObject
  #conditions: Condition[]
  #finalizers: string[]

  constructor(object: KubeObject, options: { client: KubeClient; now: () => number; fieldManager: string }) {
    this.#client = options.client
    this.#now = options.now
    this.#fieldManager = options.fieldManager
    this.#base = object
    this.#status = statusOf(object)
    this.#conditions = conditionsOf(object)
    this.#finalizers = finalizersOf(object)
  }

  /** As last read; status changes made here are not in it until they are written. */
  get object(): KubeObject {
    return this.#base
  }

  get spec(): JsonObject {
    const spec: JsonValue | undefined = this.#base['spec']
    return isObject(spec) ? spec : {}
  }

  get name(): string {
    return this.#base.metadata.name
  }

  get namespace(): string {
    const namespace = this.#base.metadata['namespace']
    return typeof namespace === 'string' ? namespace : ''
  }

  get generation(): number {
    const generation = this.#base.metadata['generation']
    return typeof generation === 'number' ? generation : 0
  }

  get deleting(): boolean {
    return typeof this.#base.metadata['deletionTimestamp'] === 'string'
  }

  get suspended(): boolean {
    return this.spec['suspend'] === true
  }

  get annotations(): Record<string, string> {
    return stringMap(this.#base, 'annotations')
  }

  /** Status without conditions. */
  get status(): Readonly<JsonObject> {
    return this.#status
  }

  get conditions(): readonly Condition[] {
    return this.#conditions
  }

  get finalizers(): readonly string[] {
    return this.#finalizers
  }

  condition(type: string): Condition | undefined {
    return getCondition(this.#conditions, type)
  }

  /** Sets a status field; `undefined` takes it away. */
  setStatus(field: string, value: JsonValue | undefined): void {
    const { [field]: _, ...rest } = this.#status
    this.#status = value === undefined ? rest : { ...rest, [field]: value }
  }

  mark(type: string, status: ConditionStatus, reason: string, message: string): void {
    this.#conditions = setCondition(this.#conditions, { type, status, reason, message }, this.#context())
  }

  markReconciling(reason: string, message: string): void {
    this.#conditions = markReconciling(this.#conditions, reason, message, this.#context())
  }

  markStalled(reason: string, message: string): void {
    this.#conditions = markStalled(this.#conditions, reason, message, this.#context())
  }

  deleteCondition(type: string): void {
    this.#conditions = deleteCondition(this.#conditions, type)
  }

  setConditions(conditions: readonly Condition[]): void {
    this.#conditions = [...conditions]
  }

  addFinalizer(finalizer: string): void {
    if (!this.#finalizers.includes(finalizer)) this.#finalizers = [...this.#finalizers, finalizer]
  }

  removeFinalizer(finalizer: string): void {
    this.#finalizers = this.#finalizers.filter((other) => other !== finalizer)
  }

  /** Copies the value of the reconcile request to `status.lastHandledReconcileAt`. */
  recordReconcileRequest(): void {
    const value = this.annotations[reconcileRequestAnnotation]
    if (value !== undefined) this.setStatus('lastHandledReconcileAt', value)
  }

  /** Writes what has changed. An object that is gone while it was being deleted is no error. */
  async patch(): Promise<void> {
    try {
      await this.#patchStatus()
      await this.#patchFinalizers()
    } catch (error) {
      if (!(this.deleting && error instanceof KubeError && error.code === 404)) throw error
    }
  }

  async #patchStatus(): Promise<void> {
    const wanted: JsonObject = { ...this.#status }
    if (this.#conditions.length > 0) wanted['conditions'] = this.#conditions.map(conditionToJson)
    const before = fullStatus(this.#base)
    const patch = mergePatch(before, wanted)
    if (patch === undefined) return
    const options = { subresource: 'status', fieldManager: this.#fieldManager }
    this.#take(await this.#client.patch(refOf(this.#base), 'merge', { status: patch }, options))
  }

  async #patchFinalizers(): Promise<void> {
    const before = finalizersOf(this.#base)
    if (jsonEqual(before, this.#finalizers)) return
    const list = this.#finalizers.length === 0 ? null : this.#finalizers
    const wanted = this.#finalizers
    const patch = { metadata: { finalizers: list, resourceVersion: this.#base.metadata['resourceVersion'] ?? null } }
    this.#take(await this.#client.patch(refOf(this.#base), 'merge', patch, { fieldManager: this.#fieldManager }))
    this.#finalizers = wanted
  }

  /** Keeps spec and annotations as they were read: a reconciliation works on one generation from start to end. */
  #take(written: KubeObject): void {
    const status: JsonValue = written['status'] ?? null
    const metadata = { ...this.#base.metadata }
    for (const field of ['resourceVersion', 'finalizers', 'deletionTimestamp']) {
      const value = written.metadata[field]
      if (value === undefined) delete metadata[field]
      else metadata[field] = value
    }
    this.#base = { ...this.#base, metadata, ...(status === null ? {} : { status }) }
    if (status === null) delete this.#base['status']
  }

  #context(): SetContext {
    return { generation: this.generation, now: rfc3339(this.#now()) }
  }
}

function fullStatus(object: KubeObject): JsonObject {
  const status: JsonValue | undefined = object['status']
  return isObject(status) ? status : {}
}

function statusOf(object: KubeObject): JsonObject {
  const { conditions: _, ...rest } = fullStatus(object)
  return jsonClone(rest as JsonObject)
}

function finalizersOf(object: KubeObject): string[] {
  const list = object.metadata['finalizers']
  return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : []
}

/** The JSON merge patch that leads from one object to another; `undefined` when they are equal. Lists are replaced. */
export function mergePatch(before: JsonObject, after: JsonObject): JsonObject | undefined {
  const patch: JsonObject = {}
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) patch[key] = null
  for (const [key, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined
    if (isObject(value) && isObject(old)) {
      const inner = mergePatch(old, value)
      if (inner !== undefined) patch[key] = inner
    } else if (old === undefined || !jsonEqual(old, value)) patch[key] = value
  }
  return Object.keys(patch).length === 0 ? undefined : patch
}
