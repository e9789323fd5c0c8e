import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevCluster, startDevCluster } from '../../../src/devcluster/server/index.ts'
import { makeCertificates } from '../../../src/devcluster/server/tls.ts'
import { parseTour, runStep } from '../../support/kubectl-tour.ts'

/**
 * kubectl's commands, one after the other, against a dev cluster: every answer has to be the one that the same kubectl
 * gave with a real control plane (kube-apiserver and kube-controller-manager 1.36.4; a stand-in for the kubelet reported
 * Pods as running). How it was recorded is told in the fixtures' README.
 */
const FIXTURES = join(import.meta.dirname, '../../fixtures/devcluster/tour')
const steps = parseTour(readFileSync(join(FIXTURES, 'kubectl.txt'), 'utf8'))
const versions = ['1.36', '1.32']

/** The kubectl of a minor version on PATH or where ../shared/tools/reference-binaries.sh puts it. */
function kubectlOf(version: string): string | undefined {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), join(homedir(), '.cache/fluxkit-reference/bin')]
  return places
    .map((place) => join(place, 'kubectl'))
    .filter((path) => existsSync(path))
    .find((path) => {
      const about = spawnSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8', timeout: 30_000 })
      return about.stdout?.includes(`"gitVersion": "v${version}.`) === true
    })
}

const clients = new Map(versions.map((version) => [version, kubectlOf(version)]))
const home = mkdtempSync(join(tmpdir(), 'fluxkit-kubectl-'))
const answers = new Map<string, string[]>()
let cluster: DevCluster

beforeAll(async () => {
  const kubeconfig = join(home, 'kubeconfig')
  cluster = await startDevCluster({ kubeconfigFile: kubeconfig })
  const { cert, key } = makeCertificates(['localhost'])
  await Promise.all(
    versions.map(async (version) => {
      const kubectl = clients.get(version)
      if (kubectl === undefined) return
      const namespace = `tour-${version.replace('.', '-')}`
      const directory = join(home, namespace)
      cpSync(FIXTURES, directory, { recursive: true })
      writeFileSync(join(directory, 'tls.crt'), cert)
      writeFileSync(join(directory, 'tls.key'), key)
      for (const file of [...readdirSync(directory), 'k/kustomization.yaml'].filter((name) => name.endsWith('.yaml'))) {
        const path = join(directory, file)
        writeFileSync(path, readFileSync(path, 'utf8').replace(/\bt1\b/g, namespace))
      }
      const environment = { PATH: process.env['PATH'] ?? '', HOME: directory, KUBECONFIG: kubeconfig }
      const given: string[] = []
      for (const step of steps) given.push(await runStep(step, { kubectl, namespace, directory, environment }))
      answers.set(version, given)
    }),
  )
}, 180_000)

afterAll(async () => {
  await cluster.close()
  rmSync(home, { recursive: true, force: true })
})

describe.each(versions)('kubectl %s', (version) => {
  const absent = clients.get(version) === undefined
  it.skipIf(absent).each(steps.map((step, i) => [i, step.run] as const))('%i: %s', (i, _run) => {
    expect(answers.get(version)?.[i]).toBe(steps[i]!.expected.get(version))
  })

  it('is there', (context) => {
    if (absent) context.skip(`kubectl ${version} is absent, its tour did not run`)
    expect(answers.get(version)).toHaveLength(steps.length)
  })
})
