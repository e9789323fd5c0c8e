import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getIn, getString, type ObjectRef } from '../../../../src/base/index.ts'
import { install, readValues, rollback, testRelease, uninstall, upgrade } from '../../../../src/helm/index.ts'
import { makeChart } from '../support.ts'
import { HelmBench, helmPath, shop } from './support.ts'

interface Listed {
  readonly name: string
  readonly revision: string
  readonly status: string
  readonly chart: string
  readonly app_version: string
}
interface Past {
  readonly revision: number
  readonly status: string
  readonly description: string
}

/** What the real helm says of a revision and what stays in the cluster is the oracle; both directions are tried. */
describe.skipIf(helmPath === undefined)('releases and the real helm', () => {
  let bench: HelmBench
  beforeAll(async () => {
    bench = await HelmBench.start()
  })
  afterAll(() => bench.close())

  const configMap = (name: string, namespace: string): ObjectRef => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    namespace,
  })
  const colourIn = async (namespace: string): Promise<string | undefined> =>
    getString(await bench.client.get(configMap('settings', namespace)), 'data', 'colour')
  const past = async (namespace: string): Promise<string[]> =>
    (await bench.helmJson<Past[]>('history', 'demo', '-n', namespace)).map(
      ({ revision, status, description }) => `${revision} ${status} ${description}`,
    )

  it('helm reads, upgrades, rolls back and uninstalls what we installed', async () => {
    await bench.namespace('ours')
    await bench.namespace('theirs')
    const chart = bench.write('shop', shop)
    const values = readValues('replicas: 2\ncolour: blue\n')
    const wait = { wait: true, timeout: 30_000 }
    await install('demo', { chart: makeChart(shop), values }, bench.context('ours'), wait)
    await bench.helm('install', 'demo', chart, '-n', 'theirs', '--wait', '--set', 'replicas=2,colour=blue')

    const listed = await bench.helmJson<Listed[]>('list', '-n', 'ours')
    expect(listed).toMatchObject([
      { name: 'demo', revision: '1', status: 'deployed', chart: 'shop-1.2.3', app_version: '4.5' },
    ])
    for (const what of [
      ['manifest'],
      ['values'],
      ['values', '--all'],
      ['notes'],
      ['hooks'],
      ['metadata', '-o', 'json'],
    ]) {
      const [ours, theirs] = await Promise.all(
        ['ours', 'theirs'].map((namespace) => bench.helm('get', what[0]!, 'demo', '-n', namespace, ...what.slice(1))),
      )
      const plain = (text: string | undefined): string | undefined =>
        text?.replaceAll('"ours"', '"theirs"').replace(/"deployedAt":"[^"]*"|"modifiedAt":"\d+"/g, '')
      expect(plain(ours), what.join(' ')).toBe(plain(theirs))
    }
    expect(await past('ours')).toEqual(await past('theirs'))

    await bench.helm('upgrade', 'demo', chart, '-n', 'ours', '--wait', '--set', 'colour=green,extra=false')
    expect(await colourIn('ours')).toBe('green')
    expect(await bench.client.get(configMap('extra', 'ours'))).toBeUndefined()
    await bench.helm('rollback', 'demo', '1', '-n', 'ours', '--wait')
    expect(await colourIn('ours')).toBe('blue')
    expect(await past('ours')).toEqual([
      '1 superseded Install complete',
      '2 superseded Upgrade complete',
      '3 deployed Rollback to 1',
    ])
    expect(await bench.helm('test', 'demo', '-n', 'ours')).toMatch(/Phase: +Succeeded/)
    expect(await bench.helm('uninstall', 'demo', '-n', 'ours', '--wait')).toContain('[ConfigMap] precious')
    expect(await colourIn('ours')).toBeUndefined()
    expect(await bench.client.get(configMap('precious', 'ours'))).toBeDefined()
    await bench.helm('uninstall', 'demo', '-n', 'theirs', '--wait')
  }, 120_000)

  it('writes the same record and the same objects as helm', async () => {
    for (const namespace of ['left', 'right']) await bench.namespace(namespace)
    const values = { colour: 'blue' }
    await install('demo', { chart: makeChart(shop), values }, bench.context('left'), { wait: true })
    await bench.helm(...['install', 'demo', bench.write('shop', shop), '-n', 'right', '--wait', '--set', 'colour=blue'])
    const stored = async (namespace: string): Promise<unknown> => {
      const secret = await bench.client.get({
        apiVersion: 'v1',
        kind: 'Secret',
        name: 'sh.helm.release.v1.demo.v1',
        namespace,
      })
      const text = Buffer.from(getString(secret, 'data', 'release')!, 'base64').toString()
      const { gunzipSync } = await import('node:zlib')
      const json = gunzipSync(Buffer.from(text, 'base64')).toString()
      return {
        labels: getIn(secret, ['metadata', 'labels']),
        type: secret?.['type'],
        record: withoutTimes(JSON.parse(json.replaceAll('"left"', '"right"'))),
      }
    }
    const clock = (text: unknown): unknown =>
      JSON.parse(JSON.stringify(text).replace(/"(modified|created)At":"\d+"/g, '"$1At":""'))
    expect(clock(await stored('left'))).toEqual(clock(await stored('right')))
    const owned = async (kind: string, apiVersion: string, name: string, namespace: string): Promise<unknown> => {
      const object = (await bench.client.get({ apiVersion, kind, name, namespace }))!
      const { labels, annotations, managedFields } = object.metadata
      const managers = (managedFields as { manager: string; operation: string; fieldsV1: unknown }[])
        .filter(({ operation }) => operation === 'Apply')
        .map(({ manager, operation, fieldsV1 }) => ({ manager, operation, fieldsV1 }))
      const own = { ...(annotations as Record<string, string>) }
      delete own['meta.helm.sh/release-namespace']
      return { labels, annotations: own, managers, spec: object['spec'], data: object['data'] }
    }
    expect(await owned('Deployment', 'apps/v1', 'demo-web', 'left')).toEqual(
      await owned('Deployment', 'apps/v1', 'demo-web', 'right'),
    )
    expect(await owned('ConfigMap', 'v1', 'precious', 'left')).toEqual(
      await owned('ConfigMap', 'v1', 'precious', 'right'),
    )
  }, 60_000)

  for (const apply of ['server', 'client'] as const) {
    it(`we upgrade, test, roll back and uninstall what helm installed (${apply}-side apply)`, async () => {
      const namespace = `from-helm-${apply}`
      await bench.namespace(namespace)
      const context = bench.context(namespace)
      const flag = `--server-side=${apply === 'server'}`
      await bench.helm('install', 'demo', bench.write('shop', shop), '-n', namespace, '--wait', flag)
      const wait = { wait: true, timeout: 30_000 }
      const values = readValues('colour: green\nextra: false\n')
      await upgrade('demo', { chart: makeChart(shop), values }, context, wait)
      expect(await colourIn(namespace)).toBe('green')
      expect(await bench.client.get(configMap('extra', namespace))).toBeUndefined()
      expect(await bench.helm('get', 'values', 'demo', '-n', namespace, '-o', 'json')).toBe(
        '{"colour":"green","extra":false}\n',
      )
      const tested = await testRelease('demo', context, { timeout: 30_000 })
      expect(tested.hooks.find(({ name }) => name === 'check')?.lastRun.phase).toBe('Succeeded')
      await rollback('demo', 1, context, wait)
      expect(await colourIn(namespace)).toBe('red')
      expect(await past(namespace)).toEqual([
        '1 superseded Install complete',
        '2 superseded Upgrade complete',
        '3 deployed Rollback to 1',
      ])
      const { kept } = await uninstall('demo', context, wait)
      expect(kept).toEqual(['[ConfigMap] precious'])
      expect(await bench.helmJson<Listed[]>('list', '-n', namespace)).toEqual([])
      expect(await colourIn(namespace)).toBeUndefined()
    }, 120_000)
  }

  it('refuses with the words of helm', async () => {
    await bench.namespace('refusals')
    const context = bench.context('refusals')
    const chart = makeChart(shop)
    const folder = bench.write('shop', shop)
    const compare = async (ours: Promise<unknown>, ...args: readonly string[]): Promise<void> => {
      const own = await refusal(ours)
      const theirs = await refusal(bench.helm(...args, '-n', 'refusals'))
      expect(theirs).toContain(own)
      expect(own).not.toBe('no error')
    }
    await compare(upgrade('none', { chart, values: {} }, context), 'upgrade', 'none', folder)
    await compare(uninstall('none', context), 'uninstall', 'none')
    await bench.client.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'refusals' },
    })
    await compare(install('demo', { chart, values: {} }, context), 'install', 'demo', folder)
    await bench.client.delete(configMap('settings', 'refusals'))
    await install('demo', { chart, values: {} }, context)
    await compare(install('demo', { chart, values: {} }, context), 'install', 'demo', folder)
    await compare(rollback('demo', 7, context), 'rollback', 'demo', '7')
  }, 60_000)

  it('meets other field managers as helm does', async () => {
    const pair = ['managers-o', 'managers-t'] as const
    const context = bench.context(pair[0])
    const folder = bench.write('shop', shop)
    for (const namespace of pair) {
      await bench.namespace(namespace)
      await install('demo', { chart: makeChart(shop), values: {} }, bench.context(namespace))
      await upgrade('demo', { chart: makeChart(shop), values: { colour: 'green' } }, bench.context(namespace))
      await bench.client.apply(
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace }, data: { colour: 'pink' } },
        { fieldManager: 'someone', force: true },
      )
    }
    const own = await refusal(upgrade('demo', { chart: makeChart(shop), values: { colour: 'blue' } }, context))
    const theirs = await refusal(bench.helm('upgrade', 'demo', folder, '-n', pair[1], '--set', 'colour=blue'))
    expect(theirs).toContain(own.replaceAll(...pair))
    const ownBack = await refusal(rollback('demo', 1, context))
    for (const text of [own, ownBack]) expect(text).toContain('conflict occurred while applying object')
    expect(await refusal(bench.helm('rollback', 'demo', '1', '-n', pair[1]))).toContain(ownBack.replaceAll(...pair))
    expect((await past(pair[0])).map((line) => line.replaceAll(...pair))).toEqual(await past(pair[1]))
    await upgrade('demo', { chart: makeChart(shop), values: { colour: 'blue' } }, context, { forceConflicts: true })
    expect(await colourIn(pair[0])).toBe('blue')
  }, 60_000)

  const failingJob = (event: string): string => `apiVersion: batch/v1
kind: Job
metadata:
  name: broken
  annotations: { helm.sh/hook: "${event}", helm.sh/hook-delete-policy: "before-hook-creation,hook-failed" }
spec:
  backoffLimit: 0
  template:
    metadata: { annotations: { devcluster.fluxkit.dev/fail: exit } }
    spec: { restartPolicy: Never, containers: [{ name: a, image: b }] }
`
  const failures: Readonly<Record<string, string>> = {
    'an unknown field': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: bad }\ndato: {}\n',
    'an invalid object': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: Bad_Name }\n',
    'an unknown kind': 'apiVersion: example.com/v1\nkind: Thing\nmetadata: { name: bad }\n',
    'a hook before': failingJob('pre-install,pre-upgrade'),
    'a hook after': failingJob('post-install,post-upgrade'),
    'a Job that fails': failingJob('').replace(/annotations: \{ helm.*/, ''),
  }

  it.each(Object.entries(failures))(
    'stores a failure as helm does: %s',
    async (what, text) => {
      const id = what.toLowerCase().replaceAll(' ', '-')
      const pair = [`${id}-o`, `${id}-t`] as const
      for (const namespace of pair) await bench.namespace(namespace)
      const small = {
        'Chart.yaml': shop['Chart.yaml']!,
        'templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n',
      }
      const bad = { ...small, 'templates/bad.yaml': text }
      const [good, broken] = [bench.write(`good-${id}`, small), bench.write(`bad-${id}`, bad)]
      const wait = { wait: true, waitForJobs: true, timeout: 20_000 }
      const flags = ['--wait', '--wait-for-jobs', '--timeout', '20s', '-n', pair[1]]
      const ours = bench.context(pair[0])
      const both = async (own: Promise<unknown>, ...args: readonly string[]): Promise<void> => {
        const message = await refusal(own)
        const theirs = await refusal(bench.helm(...args, ...flags))
        expect(message).not.toBe('no error')
        expect(theirs).toContain(message.replaceAll(pair[0], pair[1]))
      }
      await both(install('first', { chart: makeChart(bad), values: {} }, ours, wait), 'install', 'first', broken)
      await uninstall('first', ours).catch(() => undefined)
      await bench.helm('uninstall', 'first', '-n', pair[1]).catch(() => undefined)
      await install('demo', { chart: makeChart(small), values: {} }, ours, wait)
      await bench.helm('install', 'demo', good, ...flags)
      await both(upgrade('demo', { chart: makeChart(bad), values: {} }, ours, wait), 'upgrade', 'demo', broken)
      expect((await past(pair[0])).map((line) => line.replaceAll(pair[0], pair[1]))).toEqual(await past(pair[1]))
      expect(await bench.client.get({ ...configMap('broken', pair[0]), apiVersion: 'batch/v1', kind: 'Job' })).toEqual(
        what === 'a Job that fails' ? expect.anything() : undefined,
      )
    },
    60_000,
  )
})

/** A record without what differs between two runs: times, and modification times of files on disk. */
function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes)
  if (typeof value !== 'object' || value === null) return value
  const times = /^(first_deployed|last_deployed|started_at|completed_at|modtime|schemamodtime)$/
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !times.test(key))
      .map(([key, each]) => [key, withoutTimes(each)]),
  )
}

/** The text of a refusal. */
async function refusal(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'no error',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}
