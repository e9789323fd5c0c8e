/**
 * Sends malformed requests to the dev cluster and fails on the first that breaks it: an exception, a 500, an answer that
 * is no JSON, or a store whose objects no longer fit together.
 *
 *   node test/fuzz/devcluster.ts [COUNT] [SEED]
 */
import { encodeText, isObject, type JsonObject, type JsonValue, jsonClone, VirtualClock } from '../../src/base/index.ts'
import { ADMIN, ApiServer, isStream } from '../../src/devcluster/index.ts'

const COUNT = Number(process.argv[2] ?? 20_000)
const SEED = Number(process.argv[3] ?? 1)

let state = SEED >>> 0 || 1
/** A number below `limit` (xorshift). */
function pick(limit: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % limit
}
const one = <T>(list: readonly T[]): T => list[pick(list.length)]!
const chance = (percent: number): boolean => pick(100) < percent

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'BREW']
const NAMES = ['a', 'b', 'web', 'default', 'kube-system', '..', '%00', 'x'.repeat(300), '__proto__', 'constructor', '']
const SUBRESOURCES = ['', '', '', 'status', 'scale', 'log', 'finalize', 'token', 'eviction', 'binding', 'exec', 'nope']
const CONTENT = [
  'application/json',
  'application/yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/vnd.kubernetes.protobuf',
  'text/html',
  '',
]
const ACCEPT = [
  '',
  '*/*',
  'application/json',
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/vnd.kubernetes.protobuf',
  ';;,,=',
]
const QUERY = [
  'limit=1',
  'limit=-5',
  'limit=x',
  'continue=abc',
  'continue=00220022',
  'resourceVersion=1',
  'resourceVersion=99999999',
  'resourceVersion=-1',
  'resourceVersionMatch=Exact',
  'resourceVersionMatch=NotOlderThan',
  'labelSelector=a%20in%20(b',
  'labelSelector=,,',
  'fieldSelector=metadata.name%3Da',
  'fieldSelector=%3D%3D',
  'watch=true',
  'sendInitialEvents=true',
  'allowWatchBookmarks=1',
  'timeoutSeconds=1',
  'dryRun=All',
  'dryRun=Nope',
  'fieldManager=fuzz',
  `fieldManager=${'f'.repeat(200)}`,
  'fieldValidation=Strict',
  'fieldValidation=Ignore',
  'fieldValidation=Odd',
  'force=true',
  'propagationPolicy=Foreground',
  'propagationPolicy=Orphan',
  'gracePeriodSeconds=-1',
  'tailLines=1',
  'follow=true',
  '%zz',
  '&&==&',
]
const SCALARS: readonly JsonValue[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  'x',
  'ünï\u0000',
  '__proto__',
  [],
  {},
  [null],
  { a: null },
  123456789012345680,
]

const SEEDS: readonly JsonObject[] = [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', labels: { a: 'b' }, finalizers: ['x.io/y'] },
    data: { k: 'v' },
  },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, stringData: { k: 'v' }, data: { b: 'YQ==' } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a' },
    spec: { type: 'NodePort', selector: { app: 'a' }, ports: [{ port: 80, targetPort: 'http' }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      generateName: 'w-',
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'u' }],
    },
    spec: {
      replicas: 1,
      strategy: { rollingUpdate: { maxSurge: '25%' } },
      selector: { matchLabels: { app: 'a' }, matchExpressions: [{ key: 'app', operator: 'In', values: ['a'] }] },
      template: {
        metadata: { labels: { app: 'a' } },
        spec: {
          volumes: [{ name: 'v', configMap: { name: 'a' } }],
          containers: [
            {
              name: 'a',
              image: 'nginx',
              ports: [{ containerPort: 80, name: 'http' }],
              env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
              volumeMounts: [{ name: 'v', mountPath: '/v' }],
              resources: { limits: { cpu: '1' } },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'a' },
    spec: {
      selector: { matchLabels: { app: 'a' } },
      template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'a', image: 'b' }] } },
      volumeClaimTemplates: [
        {
          metadata: { name: 'd' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'a' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } } },
      },
    },
  },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'a' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 3,
      metrics: [{ type: 'Resource' }],
    },
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'a' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  },
  {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'a' },
    spec: {
      interval: '5m',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'a' },
      patches: [{ patch: 'x', target: { kind: 'Y' } }],
    },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  },
  {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1beta2',
    kind: 'Kustomization',
    metadata: { name: 'a', annotations: { 'devcluster.fluxkit.dev/old-fields': '{"patches":[1]}' } },
    spec: {
      interval: '5m',
      prune: true,
      validation: 'client',
      sourceRef: { kind: 'GitRepository', name: 'a' },
      patchesStrategicMerge: [{ kind: 'X', metadata: { name: 'y' } }],
      patchesJson6902: [{ target: { name: 'a' }, patch: [{ op: 'add', path: '/a', value: 1 }] }],
    },
  },
  {
    apiVersion: 'helm.toolkit.fluxcd.io/v2beta1',
    kind: 'HelmRelease',
    metadata: { name: 'a' },
    spec: {
      interval: '5m',
      chart: {
        spec: { chart: 'a', valuesFile: 'x', valuesFiles: ['y'], sourceRef: { kind: 'GitRepository', name: 'a' } },
      },
      postRenderers: [{ kustomize: { patchesStrategicMerge: [{ kind: 'X' }], patchesJson6902: [] } }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'a' },
    webhooks: [
      {
        name: 'a.fuzz.io',
        clientConfig: { url: 'https://127.0.0.1:1/x', caBundle: 'eA==' },
        rules: [{ apiGroups: ['fuzz.io'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }],
        matchConditions: [{ name: 'c', expression: 'object.spec.x > 1' }],
        failurePolicy: 'Ignore',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  },
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.fuzz.io' },
    spec: {
      group: 'fuzz.io',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: {
                    x: { type: 'integer', default: 1 },
                    list: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
                  },
                  'x-kubernetes-validations': [{ rule: 'self.x > 0' }],
                },
              },
            },
          },
          subresources: { status: {}, scale: { specReplicasPath: '.spec.x', statusReplicasPath: '.status.x' } },
          additionalPrinterColumns: [{ name: 'X', type: 'integer', jsonPath: '.spec.x' }],
        },
      ],
    },
  },
  { apiVersion: 'fuzz.io/v1', kind: 'Thing', metadata: { name: 'a' }, spec: { x: 2, list: ['a'] } },
  {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: {},
    spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
  },
]
const PLURALS: Readonly<Record<string, string>> = { Ingress: 'ingresses', NetworkPolicy: 'networkpolicies' }

/** Changes something, somewhere. */
function mutate(value: JsonValue): JsonValue {
  if (chance(10)) return jsonClone(one(SCALARS))
  if (Array.isArray(value)) {
    if (value.length === 0 || chance(15)) return [...value, jsonClone(one(SCALARS))]
    const i = pick(value.length)
    if (chance(10)) return value.filter((_item, at) => at !== i)
    return value.map((item, at) => (at === i ? mutate(item) : item))
  }
  if (isObject(value)) {
    const keys = Object.keys(value)
    if (keys.length === 0 || chance(15))
      return { ...value, [one(['x', 'name', 'spec', 'kind', '$patch', 'metadata', ''])]: jsonClone(one(SCALARS)) }
    const key = one(keys)
    const out = { ...value }
    if (chance(15)) delete out[key]
    else out[key] = mutate(value[key]!)
    return out
  }
  return jsonClone(one(SCALARS))
}

function bodyFor(seed: JsonObject): Uint8Array | undefined {
  const kind = pick(20)
  if (kind === 0) return undefined
  if (kind === 1) return Uint8Array.from({ length: pick(200) }, () => pick(256))
  if (kind === 2)
    return encodeText('[{"op":"add","path":"/metadata/labels/x","value":"y"},{"op":"remove","path":"/spec"}]')
  if (kind === 3) return Uint8Array.from([0x6b, 0x38, 0x73, 0, ...Array.from({ length: pick(60) }, () => pick(256))])
  if (kind === 4) return encodeText('['.repeat(3000) + ']'.repeat(3000))
  if (kind === 5) return encodeText('a: &a [*a, *a]\nb: {<<: *a}\n')
  if (kind === 6) return encodeText(`{"metadata":{"labels":${'{"a":'.repeat(1200)}1${'}'.repeat(1200)}}}`)
  let value: JsonValue = jsonClone(seed)
  for (let i = pick(3); i > 0; i--) value = mutate(value)
  const text = JSON.stringify(value)
  if (kind === 7) return encodeText(text.slice(0, pick(text.length)))
  if (kind === 8) {
    const bytes = encodeText(text)
    bytes[pick(bytes.length)] = pick(256)
    return bytes
  }
  if (kind === 9) return encodeText(text.replace(/("[^"]*":)/g, (key) => (chance(20) ? `${key}null,${key}` : key)))
  return encodeText(text)
}

function pathFor(seed: JsonObject, collection: boolean): string {
  if (chance(5))
    return one([
      '/',
      '//',
      '/api',
      '/apis',
      '/apis/apps',
      '/openapi/v3',
      '/openapi/v3/apis/apps/v1',
      '/version',
      '/healthz/x',
      '/%',
      '/apis/x/y/z',
      '/api/v1/watch/pods',
    ])
  const [group, version] = String(seed['apiVersion']).includes('/') ? String(seed['apiVersion']).split('/') : ['', 'v1']
  const kind = String(seed['kind'])
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const cluster = [
    'Namespace',
    'ClusterRole',
    'CustomResourceDefinition',
    'SelfSubjectAccessReview',
    'MutatingWebhookConfiguration',
  ].includes(kind)
  const scope = cluster === chance(95) ? '' : `/namespaces/${one(['default', 'default', 'default', 'a', 'none', ''])}`
  const name = !collection
    ? `/${chance(70) ? String((seed['metadata'] as JsonObject)['name'] ?? 'a') : one(NAMES)}`
    : ''
  const sub = name !== '' && chance(20) ? `/${one(SUBRESOURCES)}` : ''
  const query = chance(35) ? `?${Array.from({ length: 1 + pick(3) }, () => one(QUERY)).join('&')}` : ''
  return `${root}${scope}/${plural}${name}${sub}${query}`
}

/** What kube-apiserver answers with 500 too. */
const AS_UPSTREAM = [
  /"message":"resourceVersion should not be set on objects to be created"/,
  /"message":"failed to create typed patch object \(/,
  /"message":"Internal error occurred: failed calling webhook \\"/,
  /"message":"strconv.ParseUint: parsing /,
  /"message":"resourceVersion: Invalid value: /,
  /"message":"unknown patch type: /,
  /"message":"list element types are not identical: /,
]

const clock = new VirtualClock()
let server = new ApiServer({ clock, oldVersions: true, random: () => pick(1 << 24) / 2 ** 24 })
const statuses = new Map<number, number>()
const started = performance.now()
for (let i = 0; i < COUNT; i++) {
  const seed = one(SEEDS)
  const body = bodyFor(seed)
  const method = chance(90) ? one(['GET', 'POST', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE']) : one(METHODS)
  const fitting = method === 'PATCH' ? one(CONTENT.slice(2, 6)) : 'application/json'
  const request = {
    method,
    path: pathFor(seed, method === 'POST' ? chance(85) : chance(15)),
    headers: {
      'content-type': chance(85) ? fitting : one(CONTENT),
      accept: chance(80) ? one(ACCEPT.slice(0, 4)) : one(ACCEPT),
      ...(chance(3) ? { 'impersonate-user': one(NAMES) } : {}),
    },
    ...(body === undefined ? {} : { body }),
    user: chance(97) ? ADMIN : undefined,
  }
  try {
    const answer = server.handleNow(request)
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    if (isStream(answer)) {
      const running = answer.start({
        write: (text) => JSON.parse(text.split('\n')[0] ?? '') !== undefined || true,
        end: () => undefined,
      })
      running.dispose()
    } else {
      if (answer.headers['content-type']?.startsWith('application/json') && answer.body !== '') JSON.parse(answer.body)
      if (
        answer.status >= 500 &&
        answer.status !== 501 &&
        answer.status !== 504 &&
        !AS_UPSTREAM.some((text) => text.test(answer.body))
      ) {
        throw new Error(answer.body)
      }
    }
  } catch (error) {
    console.error(`seed ${SEED}, request ${i}: ${request.method} ${request.path}`, request.headers)
    console.error(body === undefined ? '(no body)' : JSON.stringify(new TextDecoder().decode(body)).slice(0, 2000))
    throw error
  }
  if (i % 200 === 199) await clock.advance(1000)
  if (i % 2000 === 1999) checkStore()
  if (i % 10_000 === 9_999) {
    server.close()
    server = new ApiServer({ clock, oldVersions: true, random: () => pick(1 << 24) / 2 ** 24 })
  }
}
checkStore()
server.close()
const shown = [...statuses].sort((a, b) => a[0] - b[0]).map(([status, count]) => `${status}: ${count}`)
console.log(
  `${COUNT} requests, seed ${SEED}, ${((performance.now() - started) / 1000).toFixed(1)} s; answers ${shown.join(', ')}`,
)

/** Every stored object is where its metadata says, and can be written and read again. */
function checkStore(): void {
  for (const collection of server.store.collections()) {
    for (const entry of server.store.collection(collection).list(undefined)) {
      const { metadata } = entry.object
      const where = `${collection} ${entry.namespace}/${entry.name}`
      if (metadata.name !== entry.name || (metadata['namespace'] ?? '') !== entry.namespace)
        throw new Error(`${where} is misplaced`)
      if (metadata['resourceVersion'] !== String(entry.revision))
        throw new Error(`${where} has a wrong resourceVersion`)
      if (typeof metadata['uid'] !== 'string' || typeof metadata['creationTimestamp'] !== 'string')
        throw new Error(`${where} lacks system fields`)
      const type = server.registry.ofCollection(collection)
      if (type === undefined && !collection.endsWith('fuzz.io')) throw new Error(`${where} is of no kind`)
    }
  }
  if (Object.hasOwn(Object.prototype, 'x')) throw new Error('the prototype was polluted')
}
