import { describe, expect, it } from 'vitest'
import { getIn, type JsonObject } from '../../../src/base/index.ts'
import { deployment, names, TestCluster } from './cluster.ts'

const NS = '/apis/apps/v1/namespaces/default'
const PODS = '/api/v1/namespaces/default/pods'
const condition = (object: JsonObject, type: string): JsonObject =>
  ((getIn(object, ['status', 'conditions']) ?? []) as JsonObject[]).find((item) => item['type'] === type) ?? {}
const podSpec = { containers: [{ name: 'main', image: 'busybox:1.36' }], restartPolicy: 'Never' }

describe('Deployments', () => {
  it('roll out, and over', async () => {
    const cluster = new TestCluster()
    cluster.post(`${NS}/deployments`, deployment('web'))
    await cluster.clock.advance(3000)
    const live = cluster.get(`${NS}/deployments/web`).body
    expect(live['status']).toMatchObject({
      observedGeneration: 1,
      replicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      updatedReplicas: 2,
    })
    expect(condition(live, 'Progressing')['reason']).toBe('NewReplicaSetAvailable')
    cluster.patch(`${NS}/deployments/web`, 'strategic', {
      spec: { template: { spec: { containers: [{ name: 'main', image: 'nginx:1.28' }] } } },
    })
    let lowest = 2
    for (let i = 0; i < 40; i++) {
      await cluster.clock.advance(200)
      lowest = Math.min(
        lowest,
        Number(getIn(cluster.get(`${NS}/deployments/web`).body, ['status', 'availableReplicas']) ?? 0),
      )
    }
    const rolled = cluster.get(`${NS}/deployments/web`).body
    expect([rolled['status'], lowest]).toEqual([
      expect.objectContaining({ updatedReplicas: 2, replicas: 2, observedGeneration: 2 }),
      2,
    ])
    expect(getIn(rolled, ['metadata', 'annotations', 'deployment.kubernetes.io/revision'])).toBe('2')
    expect(names(cluster.get(`${NS}/replicasets`))).toHaveLength(2)
  })

  it('miss their deadline when Pods never become ready', async () => {
    const cluster = new TestCluster()
    cluster.post(
      `${NS}/deployments`,
      deployment('web', { progressDeadlineSeconds: 30 }, { 'devcluster.fluxkit.dev/fail': 'never-ready' }),
    )
    await cluster.clock.advance(60_000)
    const live = cluster.get(`${NS}/deployments/web`).body
    expect(condition(live, 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' })
    expect(condition(live, 'Available')['status']).toBe('False')
  })

  const failures: [string, string, number][] = [
    ['image-pull', 'ImagePullBackOff', 0],
    ['crash-loop', 'CrashLoopBackOff', 2],
  ]
  it.each(failures)('show %s', async (fail, reason, restarts) => {
    const cluster = new TestCluster()
    cluster.post(`${NS}/deployments`, deployment('web', { replicas: 1 }, { 'devcluster.fluxkit.dev/fail': fail }))
    await cluster.clock.advance(40_000)
    const pod = (cluster.get(PODS).body['items'] as JsonObject[])[0]!
    expect(getIn(pod, ['status', 'containerStatuses', 0, 'state', 'waiting', 'reason'])).toBe(reason)
    expect(getIn(pod, ['status', 'containerStatuses', 0, 'restartCount'])).toBe(restarts)
  })

  it('wait for the ConfigMaps that their Pods mount', async () => {
    const cluster = new TestCluster()
    const body = deployment('web', { replicas: 1 })
    const spec = getIn(body, ['spec', 'template', 'spec']) as JsonObject
    spec['volumes'] = [{ name: 'c', configMap: { name: 'settings' } }]
    cluster.post(`${NS}/deployments`, body)
    await cluster.clock.advance(5000)
    expect(getIn(cluster.get(`${NS}/deployments/web`).body, ['status', 'readyReplicas'])).toBeUndefined()
    cluster.post('/api/v1/namespaces/default/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
    })
    await cluster.clock.advance(5000)
    expect(getIn(cluster.get(`${NS}/deployments/web`).body, ['status', 'readyReplicas'])).toBe(1)
  })
})

describe('StatefulSets', () => {
  it('start in order with claims that get bound', async () => {
    const cluster = new TestCluster()
    cluster.post(`${NS}/statefulsets`, {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db' },
      spec: {
        replicas: 2,
        serviceName: 'db',
        selector: { matchLabels: { app: 'db' } },
        template: {
          metadata: { labels: { app: 'db' } },
          spec: { containers: [{ name: 'main', image: 'postgres:17' }] },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    })
    await cluster.clock.advance(400)
    expect(names(cluster.get(PODS))).toEqual(['db-0'])
    await cluster.clock.advance(8000)
    expect(names(cluster.get(PODS))).toEqual(['db-0', 'db-1'])
    expect(cluster.get(`${NS}/statefulsets/db`).body['status']).toMatchObject({
      readyReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 2,
    })
    const claims = cluster.get('/api/v1/namespaces/default/persistentvolumeclaims').body['items'] as JsonObject[]
    expect(claims.map((claim) => [getIn(claim, ['metadata', 'name']), getIn(claim, ['status', 'phase'])])).toEqual([
      ['data-db-0', 'Bound'],
      ['data-db-1', 'Bound'],
    ])
  })
})

describe('Jobs', () => {
  const job = (name: string, spec: JsonObject = {}, annotations: JsonObject = {}): JsonObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { template: { metadata: { annotations }, spec: podSpec }, ...spec },
  })
  const JOBS = '/apis/batch/v1/namespaces/default/jobs'

  it('complete', async () => {
    const cluster = new TestCluster()
    cluster.post(JOBS, job('j', { completions: 2 }))
    await cluster.clock.advance(6000)
    const live = cluster.get(`${JOBS}/j`).body
    expect([condition(live, 'Complete')['status'], getIn(live, ['status', 'succeeded'])]).toEqual(['True', 2])
  })

  it('fail at their limit', async () => {
    const cluster = new TestCluster()
    cluster.post(JOBS, job('j', { backoffLimit: 1 }, { 'devcluster.fluxkit.dev/fail': 'exit' }))
    await cluster.clock.advance(60_000)
    expect(condition(cluster.get(`${JOBS}/j`).body, 'Failed')).toMatchObject({
      status: 'True',
      reason: 'BackoffLimitExceeded',
    })
  })

  // As kube-controller-manager 1.36.4 made and finished them.
  it('number their Pods', async () => {
    const cluster = new TestCluster()
    cluster.post(JOBS, job('once', { completions: 4, parallelism: 2, completionMode: 'Indexed' }))
    await cluster.clock.advance(100)
    const pods = cluster.get(PODS).body['items'] as JsonObject[]
    const index = 'batch.kubernetes.io/job-completion-index'
    const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${index}']` }
    for (const [i, { metadata, spec }] of (pods as Record<string, JsonObject>[]).entries()) {
      expect(metadata).toMatchObject({
        name: expect.stringMatching(new RegExp(`^once-${i}-[a-z0-9]{5}$`)),
        generateName: `once-${i}-`,
        labels: { [index]: String(i), 'job-name': 'once' },
        annotations: { [index]: String(i) },
      })
      const env = [{ name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }]
      expect(spec).toMatchObject({ hostname: `once-${i}`, containers: [{ env }] })
    }
    expect(pods.length).toBe(2)
    await cluster.clock.advance(20_000)
    expect(cluster.get(`${JOBS}/once`).body['status']).toMatchObject({
      conditions: [
        { type: 'SuccessCriteriaMet', status: 'True', reason: 'CompletionsReached' },
        { type: 'Complete', status: 'True', message: 'Reached expected number of succeeded pods' },
      ],
      ...{ succeeded: 4, terminating: 0, completedIndexes: '0-3', uncountedTerminatedPods: {}, ready: 0 },
    })
    const made = (cluster.get(PODS).body['items'] as JsonObject[]).map((pod) => getIn(pod, ['spec', 'hostname']))
    expect(made.sort()).toEqual(['once-0', 'once-1', 'once-2', 'once-3'])
  })

  it('give up on single numbers', async () => {
    const cluster = new TestCluster()
    const limits = { backoffLimitPerIndex: 1, maxFailedIndexes: 2 }
    cluster.post(
      JOBS,
      job(
        'once',
        { completions: 2, parallelism: 2, completionMode: 'Indexed', ...limits },
        { 'devcluster.fluxkit.dev/fail': 'exit' },
      ),
    )
    await cluster.clock.advance(120_000)
    const live = cluster.get(`${JOBS}/once`).body
    expect(condition(live, 'Failed')).toMatchObject({ reason: 'FailedIndexes', message: 'Job has failed indexes' })
    expect(live['status']).toMatchObject({ failedIndexes: '0,1', failed: 4 })
    expect(live['status']).not.toHaveProperty('completedIndexes')
  })

  it('succeed by a rule', async () => {
    const cluster = new TestCluster()
    const successPolicy = { rules: [{ succeededIndexes: '1-2', succeededCount: 1 }] }
    cluster.post(JOBS, job('once', { completions: 5, parallelism: 2, completionMode: 'Indexed', successPolicy }))
    await cluster.clock.advance(30_000)
    const live = cluster.get(`${JOBS}/once`).body
    expect(condition(live, 'Complete')).toMatchObject({
      reason: 'SuccessPolicy',
      message: 'Matched rules at index 0',
    })
    expect(getIn(live, ['status', 'completedIndexes'])).toBe('0,1')
  })

  it('are made on schedule', async () => {
    const cluster = new TestCluster()
    cluster.post('/apis/batch/v1/namespaces/default/cronjobs', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'c' },
      spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: { spec: podSpec } } } },
    })
    await cluster.clock.advance(11 * 60_000)
    expect(names(cluster.get(JOBS))).toHaveLength(2)
    const live = cluster.get('/apis/batch/v1/namespaces/default/cronjobs/c').body
    expect(getIn(live, ['status', 'lastScheduleTime'])).toBe('2026-01-01T00:10:00Z')
    expect(getIn(live, ['status', 'lastSuccessfulTime'])).toMatch(/^2026-01-01T00:10:/)
  })
})

describe('Services', () => {
  it('get addresses, node ports and endpoints', async () => {
    const cluster = new TestCluster()
    cluster.post(`${NS}/deployments`, deployment('web'))
    const made = cluster.post('/api/v1/namespaces/default/services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    }).body
    expect(getIn(made, ['spec', 'clusterIP'])).toMatch(/^10\.96\.\d+\.\d+$/)
    expect(Number(getIn(made, ['spec', 'ports', 0, 'nodePort']))).toBeGreaterThanOrEqual(30000)
    await cluster.clock.advance(3000)
    expect(
      getIn(cluster.get('/api/v1/namespaces/default/services/web').body, ['status', 'loadBalancer', 'ingress']),
    ).toHaveLength(1)
    expect(
      getIn(cluster.get('/api/v1/namespaces/default/endpoints/web').body, ['subsets', 0, 'addresses']),
    ).toHaveLength(2)
    const slice = (
      cluster.get('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices').body['items'] as JsonObject[]
    )[0]!
    expect([slice['ports'], (slice['endpoints'] as JsonObject[]).length]).toEqual([
      [{ name: '', port: 8080, protocol: 'TCP' }],
      2,
    ])
  })
})

describe('logs', () => {
  it('exist', async () => {
    const cluster = new TestCluster()
    cluster.post(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', annotations: { 'devcluster.fluxkit.dev/log': 'hello\nthere' } },
      spec: podSpec,
    })
    expect(cluster.get(`${PODS}/p/log`).status).toBe(400)
    await cluster.clock.advance(3000)
    expect(cluster.get(`${PODS}/p/log`).text).toBe('hello\nthere\n')
    expect(cluster.get(`${PODS}/p/log?tailLines=1`).text).toBe('there\n')
    expect(cluster.get(`${PODS}/p/log?container=none`).body['message']).toBe('container none is not valid for pod p')
  })
})

describe('revisions', () => {
  const CR = `${NS}/controllerrevisions`
  const template = (image: string): JsonObject => ({
    metadata: { labels: { app: 'set' } },
    spec: { containers: [{ name: 'main', image }] },
  })
  const kinds: [kind: string, plural: string, extra: JsonObject, event: RegExp][] = [
    ['DaemonSet', 'daemonsets', {}, /^Created pod: set-\w+$/],
    ['StatefulSet', 'statefulsets', { serviceName: 'set' }, /^Create Pod set-0 in StatefulSet set successful$/],
  ]
  // As kubectl rollout undo finds it on kube-apiserver 1.36 with kube-controller-manager's history package.
  it.each(kinds)('of a %s: an earlier template becomes the newest', async (kind, plural, extra, event) => {
    const cluster = new TestCluster()
    const spec = { selector: { matchLabels: { app: 'set' } }, ...extra }
    cluster.post(`${NS}/${plural}`, {
      apiVersion: 'apps/v1',
      kind,
      metadata: { name: 'set', annotations: { 'kubernetes.io/change-cause': 'first' } },
      spec: { ...spec, template: template('a:1') },
    })
    await cluster.clock.advance(5000)
    for (const image of ['a:2', 'a:1']) {
      cluster.patch(`${NS}/${plural}/set`, 'strategic', { spec: { template: template(image) } })
      await cluster.clock.advance(10_000)
    }
    const revisions = (cluster.get(CR).body['items'] as JsonObject[]).map((item) => [
      getIn(item, ['data', 'spec', 'template', 'spec', 'containers', '0', 'image']) ??
        (getIn(item, ['data', 'spec', 'template', 'spec', 'containers']) as JsonObject[])[0]!['image'],
      item['revision'],
      getIn(item, ['metadata', 'labels', 'app']),
      getIn(item, ['metadata', 'annotations', 'kubernetes.io/change-cause']),
    ])
    expect(revisions.sort()).toEqual([
      ['a:1', 3, 'set', 'first'],
      ['a:2', 2, 'set', 'first'],
    ])
    const events = cluster.get('/api/v1/namespaces/default/events').body['items'] as JsonObject[]
    const told = events.filter((item) => getIn(item, ['involvedObject', 'kind']) === kind)
    expect(told.map((item) => item['message'])).toContainEqual(expect.stringMatching(event))
    expect(new Set(told.map((item) => item['reason']))).toEqual(new Set(['SuccessfulCreate', 'SuccessfulDelete']))
  })

  it('of Deployments and ReplicaSets count the Pods that are going', async () => {
    const cluster = new TestCluster()
    cluster.post(`${NS}/deployments`, deployment('web'))
    await cluster.clock.advance(3000)
    for (const plural of ['deployments', 'replicasets']) {
      const [item] = cluster.get(`${NS}/${plural}`).body['items'] as JsonObject[]
      expect(getIn(item, ['status', 'terminatingReplicas'])).toBe(0)
    }
  })
})

it('Services do not share addresses and node ports', () => {
  const cluster = new TestCluster()
  const service = (name: string, spec: JsonObject): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { ports: [{ port: 80, nodePort: 30080 }], type: 'NodePort', ...spec },
  })
  const path = '/api/v1/namespaces/default/services'
  const first = cluster.post(path, service('a', {})).body
  expect(cluster.post(path, service('b', {})).body['message']).toBe(
    'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
  )
  const clusterIP = getIn(first, ['spec', 'clusterIP'])!
  expect(cluster.post(path, service('c', { clusterIP, ports: [{ port: 80 }] })).body['message']).toBe(
    `Service "c" is invalid: spec.clusterIPs: Invalid value: ["${String(clusterIP)}"]: failed to allocate IP ${String(clusterIP)}: provided IP is already allocated`,
  )
  const udp = service('d', { ports: [{ port: 80, nodePort: 30080, protocol: 'UDP' }] })
  expect([
    cluster.post(path, udp).status,
    cluster.patch(`${path}/a`, 'merge', { spec: { selector: { a: 'b' } } }).status,
  ]).toEqual([201, 200])
})

// What kube-apiserver 1.36.4 and its deployment controller answer.
it('annotations of a Deployment count as a generation, but for the revision', async () => {
  const cluster = new TestCluster()
  const path = `${NS}/deployments/web`
  cluster.post(`${NS}/deployments`, deployment('web'))
  await cluster.clock.advance(3000)
  const live = cluster.get(path).body
  const revision = getIn(live, ['metadata', 'annotations', 'deployment.kubernetes.io/revision'])
  expect([getIn(live, ['metadata', 'generation']), revision]).toEqual([1, '1'])
  const managers = getIn(live, ['metadata', 'managedFields']) as JsonObject[]
  const owner = managers.find((entry) => JSON.stringify(entry).includes('f:deployment.kubernetes.io/revision'))
  expect([owner?.['manager'], owner?.['subresource']]).toEqual(['kube-controller-manager', 'status'])
  const noted = cluster.patch(path, 'merge', { metadata: { annotations: { a: 'b' } } }).body
  const labelled = cluster.patch(path, 'merge', { metadata: { labels: { a: 'b' } } }).body
  expect([noted, labelled].map((object) => getIn(object, ['metadata', 'generation']))).toEqual([2, 2])
})

// Events and status of kube-controller-manager 1.36.4.
it('a CronJob tells its own Jobs from those that others made of it', async () => {
  const cluster = new TestCluster()
  const path = '/apis/batch/v1/namespaces/default'
  const template = { spec: { template: { spec: podSpec } } }
  const cron = cluster.post(`${path}/cronjobs`, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'cron' },
    spec: { schedule: '*/1 * * * *', concurrencyPolicy: 'Forbid', jobTemplate: template },
  }).body
  const owner = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    name: 'cron',
    uid: getIn(cron, ['metadata', 'uid'])!,
    controller: true,
  }
  cluster.post(`${path}/jobs`, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: 'manual',
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [owner],
    },
    spec: { ...template.spec, suspend: true },
  })
  await cluster.clock.advance(65_000)
  const events = cluster.get('/api/v1/namespaces/default/events').body['items'] as JsonObject[]
  const told = events
    .filter((item) => getIn(item, ['involvedObject', 'kind']) === 'CronJob')
    .map((item) => `${String(item['type'])} ${String(item['reason'])} ${String(item['message'])}`)
  expect(told).toEqual(
    expect.arrayContaining([
      'Warning UnexpectedJob Saw a job that the controller did not create or forgot: manual',
      expect.stringMatching(/^Normal SuccessfulCreate Created job cron-\d+$/),
      expect.stringMatching(/^Normal SawCompletedJob Saw completed job: cron-\d+, condition: Complete$/),
    ]),
  )
  expect(getIn(cluster.get(`${path}/cronjobs/cron`).body, ['status', 'active'])).toBeUndefined()
})

it('a Pod says what it owes to a LimitRange', () => {
  const cluster = new TestCluster()
  const item = { type: 'Container', max: { cpu: '2' }, default: { cpu: '200m' }, defaultRequest: { cpu: '100m' } }
  cluster.post('/api/v1/namespaces/default/limitranges', {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'lr' },
    spec: { limits: [item] },
  })
  const container = (name: string): JsonObject => ({ name, image: 'x' })
  const pod = cluster.post(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [container('a')], initContainers: [container('i')] },
  }).body
  expect(getIn(pod, ['metadata', 'annotations'])).toEqual({
    'kubernetes.io/limit-ranger':
      'LimitRanger plugin set: cpu request for container a; cpu limit for container a; cpu request for init container i; cpu limit for init container i',
  })
})

it('an earlier run of a container has logs only when there was one', async () => {
  const cluster = new TestCluster()
  const pod = (name: string, annotations: JsonObject): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, annotations },
    spec: { containers: [{ name: 'main', image: 'x' }] },
  })
  cluster.post(PODS, pod('fine', {}))
  cluster.post(PODS, pod('crashing', { 'devcluster.fluxkit.dev/fail': 'crash-loop' }))
  await cluster.clock.advance(60_000)
  const refused = cluster.get(`${PODS}/fine/log?previous=true`)
  expect([refused.status, refused.body['message']]).toEqual([
    400,
    'previous terminated container "main" in pod "fine" not found',
  ])
  expect(cluster.get(`${PODS}/crashing/log?previous=true`).status).toBe(200)
})
