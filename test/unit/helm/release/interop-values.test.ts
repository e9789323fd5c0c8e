import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getString, type JsonObject } from '../../../../src/base/index.ts'
import { install, readValues, rollback, type UpgradeOptions, uninstall, upgrade } from '../../../../src/helm/index.ts'
import { makeChart } from '../support.ts'
import { HelmBench, helmPath, sorted } from './support.ts'

const dump = `apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ .Chart.Name }}" }
data: { v: {{ .Values | toJson | quote }} }
`
const chartYaml = (name: string, more = ''): string => `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n${more}`

/** An umbrella with a lock file, an alias, imported values, a condition, globals and nulls. */
const umbrella = (values: string): Readonly<Record<string, string>> =>
  sorted({
    'Chart.lock':
      'dependencies:\n- name: inner\n  repository: ""\n  version: 0.1.0\n- name: spare\n  repository: ""\n  version: 0.1.0\ndigest: sha256:abc\ngenerated: "2024-05-06T07:08:09.1234+02:00"\n',
    'Chart.yaml': chartYaml(
      'top',
      'dependencies:\n- { name: inner, version: 0.x, alias: renamed, import-values: [data] }\n- { name: spare, version: 0.1.0, condition: spare.enabled }\n',
    ),
    'values.yaml': values,
    'templates/dump.yaml': dump,
    'templates/NOTES.txt': 'Now {{ .Values.a }}.\n',
    'charts/inner/Chart.yaml': chartYaml('inner'),
    'charts/inner/values.yaml': 'exports: { data: { imported: 1 } }\nown: { deep: 2 }\n',
    'charts/inner/templates/dump.yaml': dump,
    'charts/spare/Chart.yaml': chartYaml('spare'),
    'charts/spare/templates/dump.yaml': dump,
  })

const first = umbrella('a: 1\nb: { c: 2, d: 3 }\nspare: { enabled: false }\nglobal: { g: 1 }\n')
const second = umbrella('a: 10\nb: { c: 20, e: 40 }\nspare: { enabled: false }\nnewer: true\n')

/** Which values an upgrade has, and what is stored of them: the real helm's record is the oracle. */
describe.skipIf(helmPath === undefined)('values of upgrades and the real helm', () => {
  let bench: HelmBench
  beforeAll(async () => {
    bench = await HelmBench.start()
  })
  afterAll(() => bench.close())

  const record = async (namespace: string, revision: number): Promise<JsonObject> => {
    const name = `sh.helm.release.v1.demo.v${revision}`
    const secret = await bench.client.get({ apiVersion: 'v1', kind: 'Secret', name, namespace })
    const packed = Buffer.from(getString(secret, 'data', 'release')!, 'base64').toString()
    const json = gunzipSync(Buffer.from(packed, 'base64')).toString()
    const times = new Set(['first_deployed', 'last_deployed', 'modtime', 'schemamodtime', 'namespace'])
    return JSON.parse(json, (key, value: unknown) => (times.has(key) ? undefined : value)) as JsonObject
  }

  it.each<[string, UpgradeOptions, readonly string[], string]>([
    ['given anew', {}, [], 'b: { c: 9 }\n'],
    ['none', {}, [], ''],
    ['reset', { resetValues: true }, ['--reset-values'], ''],
    ['reset, others', { resetValues: true }, ['--reset-values'], 'b: { d: 9 }\n'],
    ['reused', { reuseValues: true }, ['--reuse-values'], ''],
    ['reused under others', { reuseValues: true }, ['--reuse-values'], 'b: { d: 9 }\nrenamed: { own: { x: 1 } }\n'],
    ['reused, one taken away', { reuseValues: true }, ['--reuse-values'], 'b: { c: null, u: null }\nuser: null\n'],
    ['reset, then reused', { resetThenReuseValues: true }, ['--reset-then-reuse-values'], 'b: { d: 9 }\n'],
    [
      'reset, then reused, one taken away',
      { resetThenReuseValues: true },
      ['--reset-then-reuse-values'],
      'user: null\n',
    ],
    ['reset wins', { resetValues: true, reuseValues: true }, ['--reset-values', '--reuse-values'], 'a: 7\n'],
  ])(
    '%s',
    async (what, options, flags, values) => {
      const id = what.replace(/[^a-z]+/g, '-')
      const pair = [`${id}-o`, `${id}-t`] as const
      for (const namespace of pair) await bench.namespace(namespace)
      const before = 'b: { c: 5, u: 6 }\nuser: { x: 1 }\nrenamed: { own: { deep: 7 } }\n'
      const folders = [bench.write(`first-${id}`, first), bench.write(`second-${id}`, second)] as const
      const given = bench.write(`values-${id}`, { 'before.yaml': before, 'after.yaml': values })
      await install('demo', { chart: makeChart(first), values: readValues(before) }, bench.context(pair[0]))
      await bench.helm('install', 'demo', folders[0], '-n', pair[1], '-f', `${given}/before.yaml`)
      expect(await record(pair[0], 1)).toEqual(await record(pair[1], 1))
      await upgrade('demo', { chart: makeChart(second), values: readValues(values) }, bench.context(pair[0]), options)
      await bench.helm('upgrade', 'demo', folders[1], '-n', pair[1], '-f', `${given}/after.yaml`, ...flags)
      expect(await record(pair[0], 2)).toEqual(await record(pair[1], 2))
      // What helm stored is what we go on from, and the reverse.
      await upgrade('demo', { chart: makeChart(first), values: {} }, bench.context(pair[1]), { reuseValues: true })
      await bench.helm('upgrade', 'demo', folders[0], '-n', pair[0], '--reuse-values')
      expect(await record(pair[0], 3)).toEqual(await record(pair[1], 3))
    },
    60_000,
  )

  it('are tried without a trace', async () => {
    await bench.namespace('dry')
    const context = bench.context('dry')
    const chart = makeChart(first)
    const tried = await install('demo', { chart, values: {} }, context, { dryRun: true })
    const theirs = await bench.helmJson<JsonObject>(
      ...['install', 'demo', bench.write('dry', first), '-n', 'dry', '--dry-run=server'],
    )
    expect(tried.manifest).toBe(theirs['manifest'])
    expect(tried.info).toMatchObject({ status: 'pending-install', description: 'Dry run complete' })
    expect(theirs['info']).toMatchObject({ status: 'pending-install', description: 'Dry run complete' })
    expect(await bench.helmJson<unknown[]>('list', '-n', 'dry')).toEqual([])
    await install('demo', { chart, values: {} }, context)
    const upgraded = await upgrade('demo', { chart: makeChart(second), values: { a: 3 } }, context, { dryRun: true })
    expect(upgraded).toMatchObject({ version: 2, info: { status: 'pending-upgrade', description: 'Dry run complete' } })
    expect(await bench.helmJson<unknown[]>('history', 'demo', '-n', 'dry')).toHaveLength(1)
  }, 60_000)

  it('are in all that helm says of releases in every state', async () => {
    for (const namespace of ['said-o', 'said-t']) await bench.namespace(namespace)
    const ours = bench.context('said-o')
    const folder = bench.write('said', first)
    const broken = { ...first, 'templates/bad.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: Bad_Name }\n' }
    const bad = bench.write('said-bad', sorted(broken))
    const theirs = (...args: readonly string[]): Promise<string> => bench.helm(...args, '-n', 'said-t')
    const chart = makeChart(first)
    await install('gone', { chart, values: {} }, ours)
    await uninstall('gone', ours, { keepHistory: true })
    await theirs('install', 'gone', folder)
    await theirs('uninstall', 'gone', '--keep-history')
    await install('failed', { chart: makeChart(sorted(broken)), values: {} }, ours, { takeOwnership: true }).catch(
      () => undefined,
    )
    await theirs('install', 'failed', bad).catch(() => undefined)
    await bench.client
      .delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'top', namespace: 'said-o' })
      .catch(() => undefined)
    await uninstall('failed', ours, { keepHistory: true })
    await theirs('uninstall', 'failed', '--keep-history')
    await install('demo', { chart, values: { a: 2 } }, ours)
    await theirs('install', 'demo', folder, '--set', 'a=2')
    await upgrade('demo', { chart: makeChart(second), values: { a: 3 } }, ours)
    await theirs('upgrade', 'demo', bench.write('said-two', second), '--set', 'a=3')
    await upgrade('demo', { chart: makeChart(sorted(broken)), values: {} }, ours).catch(() => undefined)
    await theirs('upgrade', 'demo', bad).catch(() => undefined)
    await rollback('demo', 0, ours)
    await theirs('rollback', 'demo')
    const plain = (text: string): string =>
      text
        .replaceAll('said-o', 'said-t')
        .replace(/\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z| ?[+-]\d{4}(?: [+-]?\w+)?)?/g, 'TIME')
        .replace(/\w{3} \w{3} +\d+ [\d:]+ \d{4}/g, 'TIME')
        // Columns are as wide as the times.
        .replace(/ +\t/g, '\t')
        .replace(/ \d+s *$/gm, ' AGE')
        .replace(/(resourceVersion: |uid: )\S+/g, '$1')
        .replace(/"modifiedAt":"\d+"|modifiedAt(?:: "?|=)\d+"?/g, '')
    for (const words of [
      ['list', '-o', 'yaml'],
      ['list', '--failed'],
      ['list', '--uninstalled'],
      ['list', '--superseded', '-o', 'json'],
      ['list', '--deployed'],
      ['history', 'demo', '-o', 'yaml'],
      ['history', 'gone'],
      ['history', 'failed'],
      ['status', 'demo'],
      ['status', 'demo', '--revision', '3'],
      ['status', 'gone', '-o', 'yaml'],
      ['get', 'all', 'demo'],
      ['get', 'all', 'demo', '--revision', '1'],
      ['get', 'values', 'demo', '--all', '--revision', '2'],
      ['get', 'metadata', 'demo'],
      ['get', 'metadata', 'demo', '-o', 'yaml', '--revision', '2'],
      ['get', 'notes', 'demo'],
      ['get', 'manifest', 'demo', '--revision', '3'],
    ]) {
      const said = await Promise.all(['said-o', 'said-t'].map((namespace) => bench.helm(...words, '-n', namespace)))
      expect(plain(said[0]!), words.join(' ')).toBe(plain(said[1]!))
    }
  }, 120_000)
})
