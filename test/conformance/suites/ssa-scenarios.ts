import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { getIn, isObject, type JsonObject, type JsonValue, VirtualClock } from '../../../src/base/index.ts'
import { ApiServer, createInProcessTransport } from '../../../src/devcluster/index.ts'
import {
  ApplyError,
  type ApplyPolicy,
  type Change,
  plainPolicy,
  ResourceManager,
  targetsOf,
  waitForReady,
} from '../../../src/engine/index.ts'
import { formatMeta, inventoryId, objectMetaOf, sortEntries } from '../../../src/flux/index.ts'
import {
  createKubeClient,
  createNormalizer,
  type KubeClient,
  type KubeObject,
  parseApiVersion,
} from '../../../src/kube/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

interface Step {
  readonly op: string
  readonly run?: string
  readonly object?: JsonObject | null
  readonly objects?: readonly KubeObject[]
  readonly manager?: string
  readonly force?: boolean
  readonly async?: boolean
  readonly options?: JsonObject
  readonly expect?: {
    readonly error?: boolean
    readonly errorMessage?: string | { readonly contains: string }
    readonly actions?: Readonly<Record<string, string>>
    readonly notActions?: Readonly<Record<string, string>>
  }
  readonly [field: string]: unknown
}

interface Case {
  readonly id: string
  readonly steps: readonly Step[]
}

const manager = 'resource-manager'
const normalizer = createNormalizer(createSchemaRegistry())

/** Whole runs of Flux's apply engine: ours, against the dev cluster. */
export const suite: ConformanceSuite = {
  name: 'ssa-scenarios',
  corpus: 'conformance/ssa-scenarios',
  async *run(corpusDir, filter) {
    const { cases } = JSON.parse(readFileSync(join(corpusDir, 'apply.json'), 'utf8')) as { cases: Case[] }
    for (const one of cases) if (filter(one.id)) yield await new Scenario().run(one)
  },
}

class Scenario {
  readonly #clock = new VirtualClock()
  readonly #client: KubeClient
  readonly #later: Promise<unknown>[] = []
  readonly #diffs = new Map<string, KubeObject | undefined>()

  constructor() {
    const server = new ApiServer({ clock: this.#clock, flux: false, workloads: false })
    this.#client = createKubeClient(createInProcessTransport(server), this.#clock)
  }

  async run(one: Case): Promise<CaseResult> {
    for (const [i, step] of one.steps.entries()) {
      const problem = await this.#during(this.#step(step))
      if (problem === undefined) continue
      return { id: one.id, pass: false, detail: `step ${i} ${step.op} (${step.run ?? ''}): ${problem}` }
    }
    await this.#during(Promise.all(this.#later))
    return { id: one.id, pass: true }
  }

  async #step(step: Step): Promise<string | undefined> {
    if (step.async === true) {
      // Beside the next steps, a few seconds later.
      this.#later.push(this.#after(3000).then(() => this.#act(step)))
      return undefined
    }
    if (step.op === 'check') return this.#check(step)
    if (step.op === 'checkManagedFields') return this.#checkManagedFields(step)
    let changes: readonly Change[] = []
    let error: string | undefined
    try {
      changes = await this.#act(step)
    } catch (failure) {
      error = failure instanceof Error ? failure.message : String(failure)
      if (failure instanceof ApplyError) changes = failure.changes
    }
    return compare(step, changes, error)
  }

  async #act(step: Step): Promise<readonly Change[]> {
    const objects = (step.objects ?? []).map((object) =>
      isObject(object.metadata) ? normalizer.desired(object) : object,
    )
    switch (step.op) {
      case 'applyAllStaged':
        return this.#manager(step).applyStaged(objects)
      case 'applyAll':
      case 'apply':
        return this.#manager(step).applyAll(objects)
      case 'diff':
        return this.#diff(step, objects)
      case 'deleteAll':
        return this.#delete(step)
      default:
        if (isObject(step.object)) await this.#write(step, step.object)
        return []
    }
  }

  #manager(step: Step): ResourceManager {
    return new ResourceManager({
      client: this.#client,
      clock: this.#clock,
      fieldManager: manager,
      concurrency: 4,
      policy: policyOf(step.options ?? {}),
      normalizer,
      waitFor: (changes, timeout) =>
        waitForReady(targetsOf(changes), {
          client: this.#client,
          clock: this.#clock,
          interval: 500,
          timeout,
          failFast: true,
        }),
    })
  }

  async #diff(step: Step, objects: readonly KubeObject[]): Promise<Change[]> {
    const exclusions = (step.options?.['exclusions'] ?? {}) as Record<string, string>
    const changes: Change[] = []
    for (const object of objects) {
      const policy: ApplyPolicy = { ...plainPolicy, exclusionSelector: exclusions }
      const found = await new ResourceManager({
        client: this.#client,
        clock: this.#clock,
        fieldManager: manager,
        concurrency: 1,
        policy,
        normalizer,
        waitFor: async () => undefined,
      }).diff(object)
      changes.push(found.change)
      this.#diffs.set('live', found.live)
      this.#diffs.set('merged', found.merged)
    }
    return changes
  }

  async #delete(step: Step): Promise<readonly Change[]> {
    const entries = (step.objects ?? []).map((object) => ({
      id: inventoryId(metaOf(object)),
      v: parseApiVersion(object.apiVersion).version,
    }))
    const which = {
      inclusions: (step.options?.['inclusions'] ?? {}) as Record<string, string>,
      exclusions: (step.options?.['exclusions'] ?? {}) as Record<string, string>,
    }
    const { changes, error } = await this.#manager({ ...step, options: {} }).deleteAll(sortEntries(entries), which)
    if (error !== undefined) throw new Error(error)
    return changes
  }

  async #write(step: Step, given: JsonObject): Promise<void> {
    const options = { fieldManager: step.manager ?? manager }
    if (isObject(given['$live'])) {
      const live = await this.#live(given['$live'])
      if (live === undefined) throw new Error('not found')
      await this.#client.update(changed(live, given['changes'] as unknown as JsonObject[]), options)
      return
    }
    const object = given as KubeObject
    const ref = refOf(object)
    switch (step.op) {
      case 'create':
        await this.#client.create(normalizer.desired(object), options)
        return
      case 'update':
        await this.#client.update(object, options)
        return
      case 'serverSideApply':
        // The source test normalises its objects once; other clients send that form too.
        await this.#client.apply(normalizer.desired(object), { ...options, force: step.force === true })
        return
      case 'mergePatch':
        await this.#client.patch(ref, 'merge', object, options)
        return
      case 'delete':
        await this.#client.delete(ref)
        return
      case 'get':
        if ((await this.#client.get(ref)) === undefined) throw new Error('not found')
    }
  }

  async #live(ref: JsonObject): Promise<KubeObject | undefined> {
    if (typeof ref['diff'] === 'string') return this.#diffs.get(ref['diff'])
    return this.#client.get(refOf(ref as KubeObject))
  }

  async #check(step: Step): Promise<string | undefined> {
    const live = await this.#live(step.object ?? {})
    const path = step['path'] as (string | number)[]
    const value = live === undefined ? undefined : getIn(live, path)
    const length =
      Array.isArray(value) || typeof value === 'string' ? value.length : isObject(value) ? Object.keys(value).length : 0
    const text = (what: string): string => `${path.join('.')} ${what}, is ${JSON.stringify(value)}`
    if ('exists' in step && (value !== undefined) !== step['exists']) return text(`exists: ${String(step['exists'])}`)
    if ('equals' in step && !isDeepStrictEqual(value ?? null, step['equals']))
      return text(`equals ${JSON.stringify(step['equals'])}`)
    if ('notEquals' in step && isDeepStrictEqual(value ?? null, step['notEquals'])) return text('differs')
    if ('length' in step && length !== step['length']) return text(`has length ${String(step['length'])}`)
    if ('lengthAtLeast' in step && length < (step['lengthAtLeast'] as number)) return text('is longer')
    if ('lengthNot' in step && length === step['lengthNot']) return text(`has not length ${String(step['lengthNot'])}`)
    if ('contains' in step && !JSON.stringify(value ?? '').includes(String(step['contains']))) return text('contains')
    return undefined
  }

  async #checkManagedFields(step: Step): Promise<string | undefined> {
    const live = await this.#live(step.object ?? {})
    const all = (live?.metadata['managedFields'] ?? []) as JsonObject[]
    const shown = JSON.stringify(all)
    if (Array.isArray(step['managersWithin'])) {
      const allowed = step['managersWithin'] as string[]
      return all.every((entry) => allowed.includes(entry['manager'] as string)) ? undefined : `managers of ${shown}`
    }
    const mine = all.filter(
      (entry) =>
        (step.manager === undefined || entry['manager'] === step.manager) &&
        (step['operation'] === undefined || entry['operation'] === step['operation']),
    )
    if (step['present'] === false) return mine.length === 0 ? undefined : `${step.manager} is in ${shown}`
    if (isObject(step['all'])) {
      const wanted = Object.entries(step['all'])
      const good = mine.length > 0 && mine.every((entry) => wanted.every(([key, value]) => entry[key] === value))
      return good ? undefined : `all ${JSON.stringify(step['all'])}: ${shown}`
    }
    const found = mine.some((entry) => JSON.stringify(entry['fieldsV1']).includes(step['contains'] as string))
    return found === (step['want'] ?? true) ? undefined : `${step.manager} has ${String(step['contains'])}: ${shown}`
  }

  async #after(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.after(milliseconds, resolve))
  }

  /** Lets virtual time run until a promise resolves. */
  async #during<T>(promise: Promise<T>): Promise<T> {
    let done = false
    const finish = (): void => {
      done = true
    }
    promise.then(finish, finish)
    for (let i = 0; !done && i < 10_000; i++) {
      await new Promise((resolve) => setImmediate(resolve))
      const next = this.#clock.next()
      if (done || next === undefined) continue
      await this.#clock.advance(Math.max(0, next - this.#clock.now()))
    }
    return promise
  }
}

function compare(step: Step, changes: readonly Change[], error: string | undefined): string | undefined {
  const { expect } = step
  if (expect === undefined) return undefined
  const got = Object.fromEntries(changes.map(({ meta, action }) => [formatMeta(meta), action]))
  const shown = `${JSON.stringify(got)} ${error ?? ''}`
  if (expect.error !== undefined && (error !== undefined) !== expect.error)
    return `error ${String(expect.error)}: ${shown}`
  const { errorMessage } = expect
  if (typeof errorMessage === 'string' && error !== errorMessage) return `error ${errorMessage}: ${shown}`
  if (isObject(errorMessage) && error?.includes(String(errorMessage['contains'])) !== true)
    return `error ${JSON.stringify(errorMessage)}: ${shown}`
  for (const [subject, action] of Object.entries(expect.actions ?? {})) {
    if ((got[subject] ?? got[withoutNamespace(subject)]) !== action) return `${subject} ${action}: ${shown}`
  }
  for (const [subject, action] of Object.entries(expect.notActions ?? {})) {
    if (got[subject] === action) return `${subject} not ${action}: ${shown}`
  }
  return undefined
}

/** The extraction wrote namespaces of manifests also where the kind has none; the server's answer is without. */
function withoutNamespace(subject: string): string {
  const parts = subject.split('/')
  return `${parts[0]}/${parts[parts.length - 1]}`
}

function policyOf(options: JsonObject): ApplyPolicy {
  const pairs = (field: string): Record<string, string> => (options[field] ?? {}) as Record<string, string>
  const cleanup = (options['cleanup'] ?? {}) as JsonObject
  const rules = (options['driftIgnoreRules'] ?? []) as JsonObject[]
  return {
    force: options['force'] === true,
    forceSelector: pairs('forceSelector'),
    exclusionSelector: pairs('exclusionSelector'),
    ifNotPresentSelector: pairs('ifNotPresentSelector'),
    cleanup: {
      annotations: (cleanup['annotations'] ?? []) as string[],
      labels: (cleanup['labels'] ?? []) as string[],
      fieldManagers: ((cleanup['fieldManagers'] ?? []) as JsonObject[]).map((one) => ({
        name: one['name'] as string,
        operation: one['operationType'] as 'Apply' | 'Update',
        exact: one['exactMatch'] === true,
      })),
      exclusions: (cleanup['exclusions'] ?? {}) as Record<string, string>,
    },
    customStageKinds: new Set((options['customStageKinds'] ?? []) as string[]),
    ignoreRules: rules.map((rule) => ({
      paths: rule['paths'] as string[],
      ...(isObject(rule['selector']) ? { selector: rule['selector'] } : {}),
    })),
    migrateApiVersion: options['migrateAPIVersion'] === true,
  }
}

function changed(live: KubeObject, changes: readonly JsonObject[]): KubeObject {
  const copy = structuredClone(live)
  for (const change of changes) {
    const path = (change['set'] ?? change['remove']) as (string | number)[]
    let at = copy as unknown as Record<string | number, JsonValue>
    for (const step of path.slice(0, -1)) {
      at[step] ??= {}
      at = at[step] as unknown as Record<string | number, JsonValue>
    }
    const last = path[path.length - 1]!
    if ('remove' in change) delete at[last]
    else at[last] = change['value']!
  }
  return copy
}

function metaOf(object: KubeObject): ReturnType<typeof objectMetaOf> {
  if (isObject(object.metadata)) return objectMetaOf(object)
  const { apiVersion, kind, name, namespace } = object as unknown as Record<string, string>
  return { group: parseApiVersion(apiVersion!).group, kind: kind!, name: name!, namespace: namespace ?? '' }
}

function refOf(object: KubeObject): { apiVersion: string; kind: string; name: string; namespace?: string } {
  const { name, namespace } = metaOf(object)
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace === '' ? {} : { namespace }) }
}
