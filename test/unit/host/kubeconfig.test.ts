import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createTransport, defaultKubeconfigPaths, loadKubeconfig, parseKubeconfig } from '../../../src/host/index.ts'

const home = mkdtempSync(join(tmpdir(), 'fluxkit-kubeconfig-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const config = (name: string, user = '{ token: secret }'): string => `
apiVersion: v1
kind: Config
current-context: ${name}
contexts:
  - name: ${name}
    context: { cluster: ${name}, user: ${name}, namespace: apps }
clusters:
  - name: ${name}
    cluster: { server: https://${name}.example.com:6443 }
users:
  - name: ${name}
    user: ${user}
`

function write(name: string, text: string): string {
  const path = join(home, name)
  writeFileSync(path, text)
  return path
}

test('files are merged, the first one to name something wins', async () => {
  const paths = [write('a', config('prod')), write('b', config('prod').replace('6443', '1')), write('c', config('dev'))]
  const { contexts, currentContext, problems } = await loadKubeconfig(paths)
  expect(contexts.map(({ name, server, current, namespace }) => ({ name, server, current, namespace }))).toEqual([
    { name: 'prod', server: 'https://prod.example.com:6443', current: true, namespace: 'apps' },
    { name: 'dev', server: 'https://dev.example.com:6443', current: false, namespace: 'apps' },
  ])
  expect(currentContext).toBe('prod')
  expect(problems).toEqual([])
})

test('a broken file is a problem that names it, and the others still count', async () => {
  const broken = write('broken', 'contexts: [')
  const { contexts, problems } = await loadKubeconfig([broken, write('good', config('good'))])
  expect(contexts.map(({ name }) => name)).toEqual(['good'])
  expect(problems).toMatchObject([{ code: 'kube/kubeconfig', location: { path: broken } }])
})

test('KUBECONFIG lists files; without it there is the one of kubectl', () => {
  expect(defaultKubeconfigPaths({ KUBECONFIG: '/a:/b:' })).toEqual(['/a', '/b'])
  expect(defaultKubeconfigPaths({})[0]).toMatch(/\.kube\/config$/)
})

test('a context whose credentials come from a program is refused until it is allowed', async () => {
  const kubeconfig = await parseKubeconfig(
    config('eks', '{ exec: { command: aws, apiVersion: client.authentication.k8s.io/v1 } }'),
  )
  expect(kubeconfig.contexts[0]?.usesExec).toBe(true)
  expect(() => createTransport(kubeconfig, 'eks')).toThrow('allow the context before it is used')
  expect(() => createTransport(kubeconfig, 'eks', { allowExec: true })).not.toThrow()
})

test('an unknown context and a server without an address are named', async () => {
  const kubeconfig = await parseKubeconfig(config('dev').replace('https://dev.example.com:6443', 'nowhere'))
  expect(() => createTransport(kubeconfig, 'nope')).toThrow('context "nope" is not in the kubeconfig (contexts: dev)')
  expect(() => createTransport(kubeconfig, 'dev')).toThrow('no valid server address')
})

test('an unreachable cluster is a KubeError that names server and context', async () => {
  const kubeconfig = await parseKubeconfig(config('dev').replace('https://dev.example.com:6443', 'https://127.0.0.1:1'))
  const transport = createTransport(kubeconfig, 'dev')
  await expect(transport.request({ method: 'GET', path: '/version' })).rejects.toMatchObject({
    name: 'KubeError',
    code: 0,
    message: expect.stringContaining('cannot reach 127.0.0.1:1 (context "dev")'),
  })
  transport.dispose()
})
