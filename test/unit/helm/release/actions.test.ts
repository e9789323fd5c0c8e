import { beforeEach, describe, expect, it } from 'vitest'
import { CancellationSource, getString, type ObjectRef, VirtualClock } from '../../../../src/base/index.ts'
import { ApiServer, createInProcessTransport } from '../../../../src/devcluster/index.ts'
import type { GoMap } from '../../../../src/gotemplate/index.ts'
import {
  type Chart,
  type HookLog,
  install,
  type ReleaseContext,
  ReleaseError,
  type ReleaseRecord,
  ReleaseStorage,
  rollback,
  type TestLog,
  testRelease,
  uninstall,
  upgrade,
} from '../../../../src/helm/index.ts'
import { nodeGzip } from '../../../../src/host/index.ts'
import { createKubeClient, type KubeClient, type KubeRequest, type KubeTransport } from '../../../../src/kube/index.ts'
import { makeChart } from '../support.ts'

let clock: VirtualClock
let client: KubeClient
let storage: ReleaseStorage
let requests: KubeRequest[]

beforeEach(async () => {
  clock = new VirtualClock()
  requests = []
  let seed = 1
  const random = (): number => {
    seed = (seed * 48271) % 2147483647
    return seed / 2147483647
  }
  const server = new ApiServer({ clock, random, flux: false })
  const direct = createInProcessTransport(server)
  const transport: KubeTransport = {
    request: (request) => {
      requests.push(request)
      return direct.request(request)
    },
    stream: (request, handlers) => direct.stream(request, handlers),
  }
  client = createKubeClient(transport, clock)
  storage = new ReleaseStorage({ client, clock, gzip: nodeGzip, namespace: 'default' })
})

function context(extra: Partial<ReleaseContext> = {}): ReleaseContext {
  return { client, clock, gzip: nodeGzip, namespace: 'default', ...extra }
}

/** Lets virtual time run until a promise settles. */
async function during<T>(promise: Promise<T>): Promise<T> {
  let done = false
  const finish = (): void => {
    done = true
  }
  promise.then(finish, finish)
  for (let i = 0; !done && i < 5_000; i++) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    const next = clock.next()
    if (!done && next !== undefined) await clock.advance(Math.max(0, next - clock.now()))
  }
  return promise
}

const configMap = (name: string, annotations = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, annotations: { ${annotations} } }\n`
const job = (name: string, annotations: string): string => `apiVersion: batch/v1
kind: Job
metadata: { name: ${name}, annotations: { ${annotations} } }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: b }] } } }
`
const failing = (name: string, annotations: string): string => `apiVersion: batch/v1
kind: Job
metadata: { name: ${name}, annotations: { ${annotations} } }
spec:
  backoffLimit: 0
  template:
    metadata: { annotations: { devcluster.fluxkit.dev/fail: exit } }
    spec: { restartPolicy: Never, containers: [{ name: a, image: b }] }
`
const ref = (name: string, kind = 'ConfigMap'): ObjectRef => ({
  apiVersion: kind === 'Job' ? 'batch/v1' : kind === 'Deployment' ? 'apps/v1' : 'v1',
  kind,
  name,
  namespace: 'default',
})
const put = (files: Readonly<Record<string, string>>, values: GoMap = {}): { chart: Chart; values: GoMap } => ({
  chart: makeChart(Object.fromEntries(Object.entries(files).map(([name, text]) => [`templates/${name}.yaml`, text]))),
  values,
})
const line = ({ version, info }: ReleaseRecord): string => `${version} ${info.status} ${info.description}`
const history = async (): Promise<string[]> => (await storage.history('rel')).map(line)

/** What an operation refuses with. */
async function refusal(work: Promise<unknown>): Promise<Error> {
  const error = await during(work).then(
    () => undefined,
    (each: unknown) => each,
  )
  if (error instanceof Error) return error
  throw new Error('nothing was refused')
}

const names = (path: string): string[] =>
  requests
    .filter(({ method, path: each }) => method === 'PATCH' && each.includes(path))
    .map((request) => request.path.split('?')[0]!.split('/').at(-1)!)

describe('hooks', () => {
  it('run by weight around the objects, and go as their policies say', async () => {
    const files = {
      a: job('late', 'helm.sh/hook: pre-install, helm.sh/hook-weight: "10"'),
      b: job(
        'early',
        'helm.sh/hook: pre-install, helm.sh/hook-weight: "9", helm.sh/hook-delete-policy: hook-succeeded',
      ),
      c: job('after', 'helm.sh/hook: post-install'),
      d: configMap('plain'),
    }
    const record = await during(install('rel', put(files), context()))
    expect(names('/default/')).toEqual(['early', 'late', 'plain', 'after'])
    expect(
      await Promise.all(
        ['early', 'late', 'after'].map(async (name) => (await client.get(ref(name, 'Job'))) !== undefined),
      ),
    ).toEqual([false, true, true])
    expect(record.hooks.map(({ name, lastRun }) => `${name} ${lastRun.phase}`).sort()).toEqual([
      'after Succeeded',
      'early Succeeded',
      'late Succeeded',
    ])
    expect(await history()).toEqual(['1 deployed Install complete'])
  })

  it('are made anew at each run', async () => {
    const files = { a: job('migrate', 'helm.sh/hook: "pre-install,pre-upgrade"'), b: configMap('plain') }
    await during(install('rel', put(files), context()))
    const uid = getString(await client.get(ref('migrate', 'Job')), 'metadata', 'uid')
    await during(upgrade('rel', put(files), context()))
    expect(getString(await client.get(ref('migrate', 'Job')), 'metadata', 'uid')).not.toBe(uid)
  })

  it('that fail end the operation, and say so in the record', async () => {
    const files = {
      a: failing('migrate', 'helm.sh/hook: pre-install, helm.sh/hook-delete-policy: hook-failed'),
      b: configMap('plain'),
    }
    const error = await refusal(install('rel', put(files), context({}), { timeout: 60_000 }))
    expect(error.message).toMatch(
      /^failed pre-install: resource Job\/default\/migrate not ready. status: Failed, message: /,
    )
    expect((await storage.last('rel')).hooks[0]?.lastRun.phase).toBe('Failed')
    expect(await history()).toEqual([`1 failed Release "rel" failed: ${error.message}`])
    expect([await client.get(ref('migrate', 'Job')), await client.get(ref('plain'))]).toEqual([undefined, undefined])
  })

  it('for tests run alone, chosen by name', async () => {
    const files = {
      a: job('good', 'helm.sh/hook: test'),
      b: failing('bad', 'helm.sh/hook: test'),
      c: configMap('plain'),
    }
    await during(install('rel', put(files), context()))
    const record = await during(testRelease('rel', context(), { except: ['bad'] }))
    expect(record.hooks.map(({ name, lastRun }) => `${name} ${lastRun.phase}`).sort()).toEqual([
      'bad ',
      'good Succeeded',
    ])
    await refusal(testRelease('rel', context(), { only: ['bad'] }))
    expect((await storage.last('rel')).hooks.find(({ name }) => name === 'bad')?.lastRun.phase).toBe('Failed')
    expect(await history()).toEqual(['1 deployed Install complete'])
  })

  it('have their logs told where their policy asks for it, before they are deleted', async () => {
    const told: string[] = []
    const onHookLog = ({ hook, pod, container, text, error }: HookLog): void =>
      void told.push(`${hook} ${pod.replace(/-\w{5}$/, '-…')}/${container} ${error ?? text.trim()}`)
    const written = (text: string, annotation: string): string =>
      text
        .replace('spec: { template: { spec', 'spec: { template: { metadata: { annotations: { X } }, spec')
        .replace(
          'annotations: { devcluster.fluxkit.dev/fail: exit }',
          'annotations: { devcluster.fluxkit.dev/fail: exit, X }',
        )
        .replace('X', annotation)
    const log = 'devcluster.fluxkit.dev/log: hello'
    const policy = 'helm.sh/hook-delete-policy: "hook-succeeded,hook-failed", helm.sh/hook-output-log-policy'
    const files = {
      a: written(job('first', `helm.sh/hook: pre-install, ${policy}: hook-succeeded`), log),
      b: written(job('quiet', 'helm.sh/hook: pre-install'), log),
      c: written(job('only-failures', `helm.sh/hook: pre-install, ${policy}: hook-failed`), log),
    }
    await during(install('rel', put(files), context({ onHookLog })))
    expect(told).toEqual(['first first-…/a hello'])
    expect(await client.get(ref('first', 'Job'))).toBeUndefined()
    const bad = { a: written(failing('bad', `helm.sh/hook: pre-upgrade, ${policy}: hook-failed`), log) }
    await refusal(upgrade('rel', put(bad), context({ onHookLog })))
    expect(told.slice(1)).toEqual([expect.stringMatching(/^bad bad-…\/a hello\n/)])
  })

  it('for tests: logs of the Pods, and what is wrong with a test that is none', async () => {
    const pod = (name: string, more = ''): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, annotations: { helm.sh/hook: test, devcluster.fluxkit.dev/run-for: 1s, devcluster.fluxkit.dev/log: from ${name}${more} } }\nspec: { restartPolicy: Never, containers: [{ name: a, image: b }] }\n`
    const deleted = ', helm.sh/hook-delete-policy: hook-succeeded'
    await during(
      install('rel', put({ a: pod('one', deleted), b: pod('two'), c: job('no-pod', 'helm.sh/hook: test') }), context()),
    )
    const logs: string[] = []
    const onLog = ({ pod: name, text }: TestLog): void => void logs.push(`${name}: ${text.trim()}`)
    await during(testRelease('rel', context(), { only: ['one', 'two'], onLog }))
    expect(logs).toEqual(['one: from one', 'two: from two'])
    expect(await client.get(ref('one', 'Pod'))).toBeUndefined()
    const error = await refusal(testRelease('rel', context(), { only: ['no-pod'], onLog }))
    expect(error.message).toMatch(/^unable to get pod logs for no-pod: .*not found/)
  })
})

describe('upgrade', () => {
  it('deletes what is no longer rendered, but for what is to be kept', async () => {
    await during(
      install(
        'rel',
        put({ a: configMap('a'), b: configMap('b'), c: configMap('c', 'helm.sh/resource-policy: keep') }),
        context(),
      ),
    )
    await during(upgrade('rel', put({ a: configMap('a') }), context()))
    expect([await client.get(ref('b')), (await client.get(ref('c')))?.metadata.name]).toEqual([undefined, 'c'])
    expect(await history()).toEqual(['1 superseded Install complete', '2 deployed Upgrade complete'])
  })

  it('keeps as many revisions as it is told', async () => {
    const chart = put({ a: configMap('a') })
    await during(install('rel', chart, context()))
    for (let i = 0; i < 4; i++) await during(upgrade('rel', chart, context(), { maxHistory: 2 }))
    expect((await storage.history('rel')).map(({ version }) => version)).toEqual([4, 5])
  })

  it('takes the values of before where none are given, unless told not to', async () => {
    const chart = { a: `${configMap('a')}data: { v: {{ .Values.v | default "none" }} }\n` }
    const value = async (): Promise<string | undefined> => getString(await client.get(ref('a')), 'data', 'v')
    await during(install('rel', put(chart, { v: 'one' }), context()))
    await during(upgrade('rel', put(chart), context()))
    expect(await value()).toBe('one')
    await during(upgrade('rel', put(chart), context(), { resetValues: true }))
    expect(await value()).toBe('none')
  })

  it('takes no object of another release', async () => {
    await during(install('other', put({ a: configMap('theirs') }), context()))
    await during(install('rel', put({ a: configMap('ours') }), context()))
    const error = await refusal(upgrade('rel', put({ a: configMap('theirs') }), context()))
    expect(error).toBeInstanceOf(ReleaseError)
    expect(error).toMatchObject({ reason: 'Conflict', object: ref('theirs') })
    expect(error.message).toBe(
      'unable to continue with update: ConfigMap "theirs" in namespace "default" exists and cannot be imported into the current release: invalid ownership metadata; annotation validation error: key "meta.helm.sh/release-name" must equal "rel": current value is "other"',
    )
    expect(await history()).toEqual(['1 deployed Install complete'])
    await during(upgrade('rel', put({ a: configMap('theirs') }), context(), { takeOwnership: true }))
    expect(getString(await client.get(ref('theirs')), 'metadata', 'annotations', 'meta.helm.sh/release-name')).toBe(
      'rel',
    )
  })

  it('refuses while another is under way', async () => {
    const record = await during(install('rel', put({ a: configMap('a') }), context()))
    await storage.update({ ...record, info: { ...record.info, status: 'pending-upgrade' } })
    expect(await refusal(upgrade('rel', put({ a: configMap('a') }), context()))).toMatchObject({ reason: 'Pending' })
  })

  it('that fails is rolled back where that is asked for', async () => {
    const good = put({ a: `${configMap('a')}data: { v: good }\n` })
    const bad = put({ a: `${configMap('a')}data: { v: bad }\n`, b: failing('b', '') })
    await during(install('rel', good, context()))
    const options = { rollbackOnFailure: true, waitForJobs: true, timeout: 30_000 }
    const error = await refusal(upgrade('rel', bad, context(), options))
    expect(error.message).toMatch(
      /^release rel failed, and has been rolled back due to rollback-on-failure being set: /,
    )
    expect(getString(await client.get(ref('a')), 'data', 'v')).toBe('good')
    expect(await client.get(ref('b', 'Job'))).toBeUndefined()
    const [first, second, third] = await history()
    expect([first, third]).toEqual(['1 superseded Install complete', '3 deployed Rollback to 1'])
    expect(second).toMatch(/^2 failed Upgrade "rel" failed: resource Job\/default\/b not ready/)
  })
})

describe('install', () => {
  it('that fails is uninstalled where that is asked for', async () => {
    const files = { a: configMap('a'), b: failing('b', '') }
    const options = { rollbackOnFailure: true, waitForJobs: true, timeout: 30_000 }
    const error = await refusal(install('rel', put(files), context(), options))
    expect(error.message).toMatch(/has been uninstalled due to rollback-on-failure being set/)
    expect([await history(), await client.get(ref('a'))]).toEqual([[], undefined])
  })

  it('stops waiting when the time is up', async () => {
    const files = {
      a: job('slow', '').replace(
        'template: {',
        'template: { metadata: { annotations: { devcluster.fluxkit.dev/run-for: 1h } },',
      ),
    }
    const options = { wait: true, waitForJobs: true, timeout: 5_000 }
    const error = await refusal(install('rel', put(files), context(), options))
    expect(error.message).toMatch(
      /^resource Job\/default\/slow not ready. status: InProgress, message: .*\ncontext deadline exceeded$/,
    )
    expect(error).toMatchObject({ reason: 'NotReady', object: ref('slow', 'Job') })
  })

  it('that is called off is stored as failed', async () => {
    const cancellation = new CancellationSource()
    const files = {
      a: job('slow', '').replace(
        'template: {',
        'template: { metadata: { annotations: { devcluster.fluxkit.dev/run-for: 1h } },',
      ),
    }
    clock.after(3_000, () => cancellation.cancel())
    const error = await refusal(
      install('rel', put(files), context({ cancellation }), { wait: true, waitForJobs: true, timeout: 60_000 }),
    )
    expect(error.name).toBe('CancelledError')
    expect(await history()).toEqual(['1 failed Release "rel" failed: context canceled'])
  })

  it('makes definitions first, and leaves those that it finds', async () => {
    const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.demo.io }
spec:
  group: demo.io
  scope: Namespaced
  names: { plural: things, kind: Thing }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
`
    const chart = makeChart({
      'crds/thing.yaml': crd,
      'templates/thing.yaml': 'apiVersion: demo.io/v1\nkind: Thing\nmetadata: { name: one }\n',
    })
    await during(install('rel', { chart, values: {} }, context()))
    expect(
      await client.get({ apiVersion: 'demo.io/v1', kind: 'Thing', name: 'one', namespace: 'default' }),
    ).toBeDefined()
    await during(uninstall('rel', context()))
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: 'things.demo.io',
    }
    expect(await client.get(definition)).toBeDefined()
    await during(install('rel', { chart, values: {} }, context()))
    expect(await history()).toEqual(['1 deployed Install complete'])
  })

  it('makes its namespace, and takes the name of what was uninstalled', async () => {
    const away = context({ namespace: 'away' })
    const chart = put({ a: configMap('a') })
    await during(install('rel', chart, { ...away, storageNamespace: 'default' }, { createNamespace: true }))
    expect(await client.get({ ...ref('a'), namespace: 'away' })).toBeDefined()
    await during(uninstall('rel', { ...away, storageNamespace: 'default' }, { keepHistory: true, wait: true }))
    expect(await history()).toEqual(['1 uninstalled Uninstallation complete'])
    expect(await refusal(install('rel', chart, context()))).toMatchObject({ reason: 'NameInUse' })
    await during(install('rel', chart, context(), { replace: true }))
    expect((await storage.last('rel')).version).toBe(2)
  })
})

describe('rollback and uninstall', () => {
  it('goes to the revision before the last, or to the one that is named', async () => {
    const files = { a: `${configMap('a')}data: { v: {{ .Values.v }} }\n` }
    const value = async (): Promise<string | undefined> => getString(await client.get(ref('a')), 'data', 'v')
    await during(install('rel', put(files, { v: 'one' }), context()))
    await during(upgrade('rel', put(files, { v: 'two' }), context()))
    await during(upgrade('rel', put(files, { v: 'three' }), context()))
    await during(rollback('rel', 0, context()))
    expect(await value()).toBe('two')
    await during(rollback('rel', 1, context()))
    expect([await value(), (await history()).at(-1)]).toEqual(['one', '5 deployed Rollback to 1'])
  })

  it('that is only tried changes nothing', async () => {
    const files = { a: `${configMap('a')}data: { v: {{ .Values.v }} }\n`, b: job('hook', 'helm.sh/hook: pre-rollback') }
    await during(install('rel', put(files, { v: 'one' }), context()))
    await during(upgrade('rel', put(files, { v: 'two' }), context()))
    const before = requests.length
    const record = await during(rollback('rel', 0, context(), { dryRun: true }))
    expect(line(record)).toBe('3 pending-rollback Rollback to 1')
    expect(record.manifest).toContain('v: one')
    expect(requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([])
    expect(await history()).toEqual(['1 superseded Install complete', '2 deployed Upgrade complete'])
    expect((await refusal(rollback('rel', 9, context(), { dryRun: true }))).message).toBe('release has no 9 version')
  })

  it('deletes in the order of uninstallation', async () => {
    const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { a: b } }
  template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: a, image: b }] } }
`
    await during(install('rel', put({ a: configMap('a'), b: deployment }), context()))
    requests.length = 0
    await during(uninstall('rel', context()))
    const deleted = requests
      .filter(({ method }) => method === 'DELETE')
      .map(({ path }) => path.split('?')[0]!.split('/').at(-1))
    expect(deleted).toEqual(['web', 'a', 'sh.helm.release.v1.rel.v1'])
  })
})
