import { execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevCluster, startDevCluster } from '../../../src/devcluster/server/index.ts'

/** Where ../shared/tools/reference-binaries.sh puts kubectl 1.36 and helm 4.1; PATH comes first. */
const places = [...(process.env['PATH'] ?? '').split(delimiter), join(homedir(), '.cache/fluxkit-reference/bin')]
const find = (name: string): string[] => places.map((place) => join(place, name)).filter((path) => existsSync(path))

interface Kubectl {
  readonly path: string
  /** The minor of its version: a cluster of 1.36 has to do for 1.32 as well, which several distributions ship. */
  readonly version: string
}

/** One kubectl of each version that this machine has. */
function findKubectls(): Kubectl[] {
  const found = new Map<string, Kubectl>()
  for (const path of find('kubectl')) {
    const { stdout } = spawnSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8', timeout: 30_000 })
    const version = /"gitVersion": "v(\d+\.\d+)/.exec(stdout ?? '')?.[1]
    if (version !== undefined && !found.has(version)) found.set(version, { path, version })
  }
  return [...found.values()]
}

const kubectls = findKubectls()
let kubectlPath = kubectls[0]?.path
const helmPath = find('helm')[0]

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

const dir = mkdtempSync(join(tmpdir(), 'fluxkit-tour-'))
const kubeconfigFile = join(dir, 'kubeconfig')
let cluster: DevCluster
let kubeconfigMode = 0
const environment = { ...process.env, HOME: dir, KUBECONFIG: kubeconfigFile }

beforeAll(async () => {
  cluster = await startDevCluster({ kubeconfigFile })
  kubeconfigMode = statSync(kubeconfigFile).mode & 0o777
})
afterAll(async () => {
  await cluster.close()
  rmSync(dir, { recursive: true, force: true })
})

function run(path: string, args: readonly string[], input = ''): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(path, args, { env: environment, cwd: dir, timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, out, err })
    })
    child.stdin?.end(input)
  })
}

/** Runs `kubectl …`; fails the test with the command's output unless it succeeds. */
async function kubectl(line: string, input = ''): Promise<string> {
  const result = await run(kubectlPath!, line.split(' '), input)
  expect(`${result.code} ${result.code === 0 ? '' : result.err}`, `kubectl ${line}`).toBe('0 ')
  return result.out
}

async function helm(line: string): Promise<string> {
  const result = await run(helmPath!, line.split(' '))
  expect(`${result.code} ${result.code === 0 ? '' : result.err}`, `helm ${line}`).toBe('0 ')
  return result.out
}

const manifest = (image: string): string => `apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: ${image}
          ports: [{containerPort: 80}]
`

it('the reference binaries are there', (context) => {
  // Without them the tour below cannot run: say so, never pass in silence.
  if (kubectlPath === undefined || helmPath === undefined) {
    context.skip('kubectl or helm is absent: run ../shared/tools/reference-binaries.sh')
  }
  expect([kubectlPath, helmPath]).not.toContain(undefined)
})

it('the kubeconfig is private and goes with the cluster', async () => {
  expect(kubeconfigMode).toBe(0o600)
  const file = join(dir, 'other')
  const other = await startDevCluster({ kubeconfigFile: file, flux: false })
  expect(readFileSync(file, 'utf8')).toBe(other.kubeconfig)
  await other.close()
  expect(existsSync(file)).toBe(false)
})

it('keeps its state on disk, also when it was killed', async () => {
  const stateDir = join(dir, 'state')
  const script = `
    import { startDevCluster } from ${JSON.stringify(join(import.meta.dirname, '../../../src/devcluster/server/index.ts'))}
    const cluster = await startDevCluster({ stateDir: ${JSON.stringify(stateDir)}, flux: false })
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' }, data: { big: 'x' } }
    const answer = cluster.server.handleNow({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', headers: {}, body: new TextEncoder().encode(JSON.stringify(body)), user: { name: 'a', groups: ['system:masters'] } })
    setTimeout(() => console.log(answer.status), 200)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
  const again = await startDevCluster({ stateDir, flux: false })
  const answer = again.server.handleNow({
    method: 'GET',
    path: '/api/v1/namespaces/default/configmaps/kept',
    headers: {},
    user: { name: 'a', groups: ['system:masters'] },
  })
  await again.close()
  expect(answer.status).toBe(200)
})

describe.each(kubectls)('kubectl $version', ({ path: chosen }) => {
  beforeAll(() => {
    kubectlPath = chosen
  })

  it('creates with its protobuf generators', async () => {
    await kubectl('create namespace tour')
    await kubectl('create configmap settings -n tour --from-literal=a=b')
    await kubectl('create secret generic hidden -n tour --from-literal=token=abc')
    expect(await kubectl('get secret hidden -n tour -o jsonpath={.data.token}')).toBe('YWJj')
    await kubectl('create deployment quick -n tour --image=nginx')
  })

  it('applies on the client side, diffs and applies again', async () => {
    expect(await kubectl('apply -f -', manifest('nginx:1.27'))).toContain('deployment.apps/web created')
    const diff = await run(kubectlPath!, ['diff', '-f', '-'], manifest('nginx:1.28'))
    expect([diff.code, diff.out]).toEqual([1, expect.stringContaining('+      - image: nginx:1.28')])
    expect(await kubectl('apply -f -', manifest('nginx:1.28'))).toContain('deployment.apps/web configured')
    expect(await kubectl('apply -f -', manifest('nginx:1.28'))).toContain('deployment.apps/web unchanged')
  })

  it('applies on the server side and meets conflicts', async () => {
    const conflict = await run(
      kubectlPath!,
      ['apply', '--server-side', '--field-manager=other', '-f', '-'],
      manifest('nginx:1.30'),
    )
    expect([conflict.code, conflict.err]).toEqual([
      1,
      expect.stringContaining(
        'conflict with "kubectl-client-side-apply" using apps/v1: .spec.template.spec.containers[name="web"].image',
      ),
    ])
    await kubectl('apply --server-side --force-conflicts --field-manager=other -f -', manifest('nginx:1.30'))
  })

  it('rolls out, shows, describes, scales, logs and undoes', async () => {
    expect(await kubectl('rollout status deployment/web -n shop --timeout=30s')).toContain('successfully rolled out')
    await kubectl('set image deployment/web web=nginx:1.31 -n shop')
    await kubectl('rollout status deployment/web -n shop --timeout=30s')
    await kubectl('rollout undo deployment/web -n shop')
    await kubectl('rollout status deployment/web -n shop --timeout=30s')
    expect(await kubectl('get deployment web -n shop -o jsonpath={.spec.template.spec.containers[0].image}')).toBe(
      'nginx:1.30',
    )
    expect(await kubectl('get pods -n shop -l app=web')).toMatch(
      /^NAME +READY +STATUS +RESTARTS +AGE\nweb-\S+ +1\/1 +Running +0 /,
    )
    expect(await kubectl('describe deployment web -n shop')).toMatch(
      /Available +True +MinimumReplicasAvailable[\s\S]*ScalingReplicaSet/,
    )
    await kubectl('scale deployment web -n shop --replicas=3')
    await kubectl('wait deployment/web -n shop --for=jsonpath={.status.readyReplicas}=3 --timeout=30s')
    expect(await kubectl('logs deployment/web -n shop')).toBe('starting nginx:1.30\n')
    await kubectl('rollout restart deployment/web -n shop')
    await kubectl('rollout status deployment/web -n shop --timeout=30s')
  })

  it('watches', async () => {
    const child = spawn(kubectlPath!, ['get', 'configmaps', '-n', 'tour', '-w', '--no-headers'], { env: environment })
    let text = ''
    let asked = false
    const seen = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (text.includes('watched')) resolve()
        else if (text.includes('settings') && !asked) {
          asked = true
          void kubectl('create configmap watched -n tour')
        }
      })
    })
    await seen
    child.kill()
    expect(text).toMatch(/settings +1 /)
  })

  it('labels, annotates, patches and edits fields', async () => {
    await kubectl('label configmap settings -n tour team=a')
    await kubectl('annotate configmap settings -n tour note=x')
    await kubectl('patch configmap settings -n tour --type=json -p=[{"op":"add","path":"/data/c","value":"d"}]')
    expect(await kubectl('get configmap settings -n tour -o jsonpath={.data.c}{.metadata.labels.team}')).toBe('da')
  })

  it('explains, lists resources and versions, and asks what it may do', async () => {
    expect(await kubectl('explain deployment.spec.strategy.rollingUpdate')).toContain('maxSurge')
    expect(await kubectl('explain deployment.spec.replicas')).toContain('How many Pods to run. Default 1.')
    expect(await kubectl('explain pod.spec.containers.image')).toContain('The image, with tag or digest.')
    expect(await kubectl('explain service.metadata.labels')).toContain('by which objects are organised')
    expect(await kubectl('explain kustomization.spec.postBuild')).toContain('substituteFrom')
    expect(await kubectl('api-resources --api-group=kustomize.toolkit.fluxcd.io')).toMatch(
      /kustomizations +ks +kustomize.toolkit.fluxcd.io\/v1 +true +Kustomization/,
    )
    expect(await kubectl('api-versions')).toContain('autoscaling/v2')
    expect(await kubectl('version')).toContain('Server Version: v1.36.0')
    expect(await kubectl('auth can-i delete pods -n shop')).toBe('yes\n')
    const denied = await run(kubectlPath!, ['auth', 'can-i', 'delete', 'pods', '--as=eve'])
    expect([denied.code, denied.out]).toEqual([1, 'no\n'])
    const forbidden = await run(kubectlPath!, ['get', 'pods', '--as=eve'])
    expect(forbidden.err).toContain(
      'pods is forbidden: User "eve" cannot list resource "pods" in API group "" in the namespace "default"',
    )
  })

  const mistakes: [what: string, yaml: string, message: string][] = [
    [
      'an unknown field',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndatum: {}\n',
      'strict decoding error: unknown field "datum"',
    ],
    [
      'a wrong custom resource',
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec: {interval: 5m, prune: true}\n',
      'spec.sourceRef: Required value',
    ],
    [
      'an absent namespace',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: nowhere}\n',
      'namespaces "nowhere" not found',
    ],
    [
      'an unknown kind',
      'apiVersion: nope.io/v1\nkind: Nope\nmetadata: {name: x}\n',
      'no matches for kind "Nope" in version "nope.io/v1"',
    ],
  ]
  it.each(mistakes)('reports %s', async (_what, yaml, message) => {
    const result = await run(kubectlPath!, ['apply', '-f', '-'], yaml)
    expect([result.code, result.err]).toEqual([1, expect.stringContaining(message)])
  })

  it('runs Jobs and waits for them', async () => {
    await kubectl('create job hello --image=busybox -- echo hi')
    await kubectl('wait job/hello --for=condition=complete --timeout=30s')
  })

  it('deletes, and waits until things are gone', async () => {
    await kubectl('delete deployment web -n shop --cascade=foreground --timeout=30s')
    await kubectl('delete job hello')
    await kubectl('delete namespace shop tour --timeout=30s')
    expect(await kubectl('get namespaces -o name')).not.toMatch(/shop|tour/)
  })
})

describe.skipIf(helmPath === undefined)('helm', () => {
  it('installs, tests, upgrades, rolls back, lists and uninstalls', async () => {
    await helm('create demo')
    mkdirSync(join(dir, 'demo/crds'))
    writeFileSync(
      join(dir, 'demo/crds/thing.yaml'),
      `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.demo.io}
spec:
  group: demo.io
  scope: Namespaced
  names: {plural: things, kind: Thing}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
`,
    )
    await helm('install demo ./demo -n apps --create-namespace --wait --timeout 60s')
    expect(await helm('test demo -n apps --logs')).toMatch(/Phase: +Succeeded[\s\S]*POD LOGS: demo-test-connection/)
    await helm('upgrade demo ./demo -n apps --set replicaCount=2 --wait --timeout 60s')
    await helm('rollback demo 1 -n apps --wait --timeout 60s')
    expect(await helm('list -n apps -o json')).toContain('"revision":"3"')
    expect(await helm('history demo -n apps -o json')).toContain('Rollback to 1')
    expect(await helm('status demo -n apps')).toContain('STATUS: deployed')
    expect(await helm('get values demo -n apps --revision 2')).toContain('replicaCount: 2')
    await helm('upgrade demo ./demo -n apps --server-side=false --set replicaCount=3 --wait --timeout 60s')
    expect(await helm('uninstall demo -n apps --wait')).toContain('uninstalled')
  }, 120_000)
})
