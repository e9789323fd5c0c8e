import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevCluster, startDevCluster } from '../../../src/devcluster/server/index.ts'
import { makeCertificates } from '../../../src/devcluster/server/tls.ts'
import { parseTour, runStep, type TourStep } from '../../support/kubectl-tour.ts'

/**
 * Commands of kubectl and helm, one after the other, against a dev cluster: every answer has to be the one that the same
 * client gave with a real control plane (kube-apiserver and kube-controller-manager 1.36.4; a stand-in for the kubelet reported
 * Pods as running). How it was recorded is told in the fixtures' README.
 */
const FIXTURES = join(import.meta.dirname, '../../fixtures/devcluster/tour')
const read = (name: string): TourStep[] => parseTour(readFileSync(join(FIXTURES, name), 'utf8'))
const places = [...(process.env['PATH'] ?? '').split(delimiter), join(homedir(), '.cache/fluxkit-reference/bin')]

/** A program of a minor version on PATH or where ../shared/tools/reference-binaries.sh puts it. */
function find(name: string, args: readonly string[], version: string): string | undefined {
  return places
    .map((place) => join(place, name))
    .filter((path) => existsSync(path))
    .find(
      (path) => spawnSync(path, args, { encoding: 'utf8', timeout: 30_000 }).stdout?.includes(`v${version}.`) === true,
    )
}

const kubectl = ['version', '--client', '-o', 'json']
const newest = find('kubectl', kubectl, '1.36')
const helm = find('helm', ['version', '--short'], '4.1')
const kubectlSteps = read('kubectl.txt')

interface Tour {
  readonly client: string
  readonly version: string
  readonly steps: readonly TourStep[]
  /** Absent when the client is. */
  readonly kubectl: string | undefined
  readonly path: string
}

const PATH = process.env['PATH'] ?? ''
const tours: readonly Tour[] = [
  { client: 'kubectl 1.36', version: '1.36', steps: kubectlSteps, kubectl: newest, path: PATH },
  {
    client: 'kubectl 1.32',
    version: '1.32',
    steps: kubectlSteps,
    kubectl: find('kubectl', kubectl, '1.32'),
    path: PATH,
  },
  { client: 'rare kubectl 1.36', version: '1.36', steps: read('rare.txt'), kubectl: newest, path: PATH },
  {
    client: 'helm 4.1',
    version: '4.1',
    steps: read('helm.txt'),
    kubectl: helm === undefined ? undefined : newest,
    path: `${dirname(helm ?? '')}${delimiter}${PATH}`,
  },
]

const home = mkdtempSync(join(tmpdir(), 'fluxkit-kubectl-'))
const answers = new Map<string, string[]>()
let cluster: DevCluster

beforeAll(async () => {
  const kubeconfig = join(home, 'kubeconfig')
  cluster = await startDevCluster({ kubeconfigFile: kubeconfig })
  const { cert, key } = makeCertificates(['localhost'])
  await Promise.all(
    tours.map(async ({ client, steps, kubectl, path }) => {
      if (kubectl === undefined) return
      const namespace = `tour-${client.replace(/[ .]/g, '-')}`
      const directory = join(home, namespace)
      cpSync(FIXTURES, directory, { recursive: true })
      writeFileSync(join(directory, 'tls.crt'), cert)
      writeFileSync(join(directory, 'tls.key'), key)
      for (const file of [...readdirSync(directory), 'k/kustomization.yaml'].filter((name) => name.endsWith('.yaml'))) {
        const manifest = join(directory, file)
        writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/\bt1\b/g, namespace))
      }
      const environment = { PATH: path, HOME: directory, KUBECONFIG: kubeconfig }
      const given: string[] = []
      for (const step of steps) given.push(await runStep(step, { kubectl, namespace, directory, environment }))
      answers.set(client, given)
    }),
  )
}, 180_000)

afterAll(async () => {
  await cluster.close()
  rmSync(home, { recursive: true, force: true })
})

describe.each(tours)('$client', ({ client, version, steps, kubectl }) => {
  const absent = kubectl === undefined
  it.skipIf(absent).each(steps.map((step, i) => [i, step.run] as const))('%i: %s', (i, _run) => {
    expect(answers.get(client)?.[i]).toBe(steps[i]!.expected.get(version))
  })

  it('is there', (context) => {
    if (absent) context.skip(`${client} is absent, its tour did not run`)
    expect(answers.get(client)).toHaveLength(steps.length)
  })
})
