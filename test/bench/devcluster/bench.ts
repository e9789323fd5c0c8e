/**
 * Measures the dev cluster in-process and prints one line a figure; exits 1 when a bar is missed. Rates and durations are
 * of CPU time, so that other work on the machine does not count; fan-out and start are of the clock on the wall.
 *
 *   node test/bench/devcluster/bench.ts [OBJECTS]
 */
import { encodeText, type JsonObject } from '../../../src/base/index.ts'
import { ADMIN, ApiServer, isStream } from '../../../src/devcluster/index.ts'
import { systemClock } from '../../../src/devcluster/server/clock.ts'
import { startDevCluster } from '../../../src/devcluster/server/index.ts'

const COUNT = Number(process.argv[2] ?? 10_000)
const PATH = '/api/v1/namespaces/default/configmaps'
let missed = 0

function report(name: string, value: number, unit: string, bar: number, better: 'low' | 'high'): void {
  const good = better === 'low' ? value <= bar : value >= bar
  if (!good) missed++
  console.log(
    `${good ? 'ok  ' : 'MISS'} ${name}: ${value.toFixed(value < 10 ? 2 : 0)} ${unit} (bar ${better === 'low' ? '≤' : '≥'} ${bar})`,
  )
}

const configMap = (i: number, value: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `cm-${i}`, namespace: 'default', labels: { app: `app-${i % 50}` } },
  data: { key: value, other: 'some text that is not very long' },
})

const started = performance.now()
const cluster = await startDevCluster()
const first = await fetchVersion(cluster.url, cluster.token)
report('start to first answer', performance.now() - started, 'ms', 1000, 'low')
if (first !== 200) throw new Error(`/version answered ${first}`)
await cluster.close()

const server = new ApiServer({ clock: systemClock, flux: false, workloads: false })
function send(method: string, path: string, body?: JsonObject, type = 'application/json'): number {
  const answer = server.handleNow({
    method,
    path,
    headers: { 'content-type': type },
    ...(body === undefined ? {} : { body: encodeText(JSON.stringify(body)) }),
    user: ADMIN,
  })
  if (isStream(answer) || answer.status >= 300)
    throw new Error(`${method} ${path}: ${isStream(answer) ? 'stream' : answer.body}`)
  return answer.body.length
}

/** CPU milliseconds (user and system) of a run: what a shared machine can measure. */
function cost(run: () => void): number {
  const start = process.cpuUsage()
  run()
  const used = process.cpuUsage(start)
  return (used.user + used.system) / 1000
}
const rate = (count: number, run: () => void): number => (count * 1000) / cost(run)
report(
  'create',
  rate(COUNT, () => repeat(COUNT, (i) => send('POST', PATH, configMap(i, 'a')))),
  'objects/s',
  3000,
  'high',
)
report(
  'apply (new)',
  rate(2000, () => repeat(2000, (i) => apply(COUNT + i, 'a'))),
  'objects/s',
  2000,
  'high',
)
report(
  'apply (changed)',
  rate(2000, () => repeat(2000, (i) => apply(COUNT + i, 'b'))),
  'objects/s',
  2000,
  'high',
)
report(
  'apply (unchanged)',
  rate(2000, () => repeat(2000, (i) => apply(COUNT + i, 'b'))),
  'objects/s',
  2000,
  'high',
)
let size = 0
const listed = cost(() => {
  size = send('GET', PATH)
})
report(`list of ${COUNT + 2000}, first time (${(size / 1e6).toFixed(1)} MB)`, listed, 'ms', 150, 'low')
report(
  'list, again',
  cost(() => send('GET', PATH)),
  'ms',
  150,
  'low',
)

const arrivals: number[] = []
let changed = 0
const watches = Array.from({ length: 100 }, () => {
  const answer = server.handleNow({
    method: 'GET',
    path: `${PATH}?watch=true&resourceVersion=${server.store.revision}`,
    headers: {},
    user: ADMIN,
  })
  if (!isStream(answer)) throw new Error(answer.body)
  return answer.start({
    write: () => {
      arrivals.push(performance.now() - changed)
      return true
    },
    end: () => undefined,
  })
})
repeat(200, (i) => {
  changed = performance.now()
  apply(COUNT + i, 'c')
})
for (const watch of watches) watch.dispose()
arrivals.sort((a, b) => a - b)
report('fan-out to 100 watches, p99', arrivals[Math.floor(arrivals.length * 0.99)] ?? Number.NaN, 'ms', 50, 'low')
if (arrivals.length !== 200 * 100) throw new Error(`${arrivals.length} events arrived`)

let snapshot = server.snapshot()
report(
  'snapshot',
  cost(() => {
    snapshot = server.snapshot()
  }),
  'ms',
  100,
  'low',
)
report(
  'restore',
  cost(() => server.restore(snapshot)),
  'ms',
  100,
  'low',
)
report(
  'reset',
  cost(() => server.reset()),
  'ms',
  100,
  'low',
)
report('resident memory', process.memoryUsage().rss / 2 ** 20, 'MB', 400, 'low')
server.close()
process.exitCode = missed === 0 ? 0 : 1

function apply(i: number, value: string): number {
  return send(
    'PATCH',
    `${PATH}/cm-${i}?fieldManager=bench&force=true`,
    configMap(i, value),
    'application/apply-patch+yaml',
  )
}

function repeat(count: number, run: (i: number) => void): void {
  for (let i = 0; i < count; i++) run(i)
}

async function fetchVersion(url: string, token: string): Promise<number> {
  const { request } = await import('node:https')
  return new Promise((resolve, reject) => {
    request(
      `${url}/version`,
      { rejectUnauthorized: false, headers: { authorization: `Bearer ${token}` } },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
      .on('error', reject)
      .end()
  })
}
