import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CoreV1Api, KubeConfig, KubernetesObjectApi, makeInformer } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevCluster, startDevCluster } from '../../../src/devcluster/server/index.ts'

let cluster: DevCluster
beforeAll(async () => {
  cluster = await startDevCluster({ flux: false })
})
afterAll(() => cluster.close())

function certificate(): string {
  const match = /certificate-authority-data: (\S+)/.exec(cluster.kubeconfig)
  return Buffer.from(match![1]!, 'base64').toString()
}

function ask(
  path: string,
  options: {
    readonly method?: string
    readonly token?: string
    readonly body?: Buffer
    readonly ca?: string | undefined
  } = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      `${cluster.url}${path}`,
      {
        method: options.method ?? 'GET',
        ca: 'ca' in options ? options.ca : certificate(),
        headers: { authorization: `Bearer ${options.token ?? cluster.token}`, 'content-type': 'application/json' },
      },
      (response) => {
        let body = ''
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString()
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      },
    )
    request.on('error', reject)
    request.end(options.body)
  })
}

describe('the socket', () => {
  it('is trusted by its own certificate only', async () => {
    expect((await ask('/version')).status).toBe(200)
    await expect(ask('/version', { ca: undefined })).rejects.toThrow(/certificate/)
  })

  it('listens on the loopback address', () => {
    expect(cluster.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  })

  it('wants the token', async () => {
    expect((await ask('/version', { token: 'wrong' })).status).toBe(401)
    expect((await ask('/readyz', { token: 'wrong' })).status).toBe(401)
  })

  it('takes the token of a service account for what that may do', async () => {
    const answer = await ask('/api/v1/namespaces/default/serviceaccounts/default/token', {
      method: 'POST',
      body: Buffer.from('{}'),
    })
    const { token } = (JSON.parse(answer.body) as { status: { token: string } }).status
    const denied = await ask('/api/v1/namespaces/default/secrets', { token })
    expect([denied.status, denied.body]).toEqual([
      403,
      expect.stringContaining('system:serviceaccount:default:default'),
    ])
  })

  it('refuses a body beyond the limit', async () => {
    const answer = await ask('/api/v1/namespaces/default/configmaps', {
      method: 'POST',
      body: Buffer.alloc(4 * 1024 * 1024, 'x'),
    })
    expect([answer.status, answer.body]).toEqual([
      413,
      expect.stringContaining('Request entity too large: limit is 3145728'),
    ])
  })
})

describe('@kubernetes/client-node', () => {
  it('lists, writes and informs', async () => {
    const config = new KubeConfig()
    config.loadFromString(cluster.kubeconfig)
    const core = config.makeApiClient(CoreV1Api)
    const events: string[] = []
    const informer = makeInformer(config, '/api/v1/namespaces/kube-public/configmaps', () =>
      core.listNamespacedConfigMap({ namespace: 'kube-public' }),
    )
    const deleted = new Promise<void>((resolve) => {
      informer.on('add', (object) => events.push(`add ${object.metadata?.name}`))
      informer.on('update', (object) => events.push(`update ${object.data?.['x']}`))
      informer.on('delete', (object) => {
        events.push(`delete ${object.metadata?.name}`)
        resolve()
      })
    })
    await informer.start()
    const where = { namespace: 'kube-public' }
    await core.createNamespacedConfigMap({ ...where, body: { metadata: { name: 'a' }, data: { x: 'y' } } })
    await core.replaceNamespacedConfigMap({ ...where, name: 'a', body: { metadata: { name: 'a' }, data: { x: 'z' } } })
    await core.deleteNamespacedConfigMap({ ...where, name: 'a' })
    await deleted
    await informer.stop()
    expect(events.filter((event) => !event.includes('kube-root-ca'))).toEqual(['add a', 'update z', 'delete a'])
    const generic = KubernetesObjectApi.makeApiClient(config)
    expect((await generic.list('v1', 'Node')).items.map((node) => node.metadata?.name)).toEqual(['fluxkit-node'])
  })

  it('informs on after the cluster was put back: 410, a new list, what vanished is deleted', async () => {
    const config = new KubeConfig()
    config.loadFromString(cluster.kubeconfig)
    const core = config.makeApiClient(CoreV1Api)
    const where = { namespace: 'kube-node-lease' }
    const create = (name: string): Promise<unknown> =>
      core.createNamespacedConfigMap({ ...where, body: { metadata: { name } } })
    const informer = makeInformer(config, '/api/v1/namespaces/kube-node-lease/configmaps', () =>
      core.listNamespacedConfigMap(where),
    )
    const events: string[] = []
    const errors: unknown[] = []
    const seen = async (event: string): Promise<void> => {
      for (let i = 0; i < 200 && !events.includes(event); i++) await new Promise((resolve) => setTimeout(resolve, 25))
      expect(events).toContain(event)
    }
    informer.on('add', (object) => events.push(`add ${object.metadata?.name}`))
    informer.on('delete', (object) => events.push(`delete ${object.metadata?.name}`))
    informer.on('error', (error) => {
      errors.push(error)
      void informer.start()
    })
    await create('kept')
    await informer.start()
    const before = cluster.server.snapshot()
    await create('lost')
    await seen('add lost')
    cluster.server.restore(before)
    await seen('delete lost')
    await create('later')
    await seen('add later')
    await informer.stop()
    expect(informer.list().map((object) => object.metadata?.name)).toEqual(
      expect.arrayContaining(['kept', 'later', 'kube-root-ca.crt']),
    )
    expect(events.filter((event) => event === 'delete kept')).toEqual([])
    expect(errors.filter((error) => !/ECONNRESET|aborted|Premature|terminated/i.test(String(error)))).toEqual([])
  })

  it('informs in a cluster that was stopped and started again', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'fluxkit-informer-'))
    const names = async (running: DevCluster, create: string | undefined): Promise<string[]> => {
      const config = new KubeConfig()
      config.loadFromString(running.kubeconfig)
      const core = config.makeApiClient(CoreV1Api)
      const where = { namespace: 'default' }
      if (create !== undefined) await core.createNamespacedConfigMap({ ...where, body: { metadata: { name: create } } })
      const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', () =>
        core.listNamespacedConfigMap(where),
      )
      await informer.start()
      const list = informer.list().map((object) => object.metadata?.name ?? '')
      await informer.stop()
      return list
    }
    const first = await startDevCluster({ flux: false, stateDir })
    expect(await names(first, 'kept')).toContain('kept')
    await first.close()
    const second = await startDevCluster({ flux: false, stateDir })
    expect(await names(second, undefined)).toContain('kept')
    await second.close()
    rmSync(stateDir, { recursive: true, force: true })
  })
})
