import { expect, test } from 'vitest'
import { configMap, Harness, kustomization, refFor } from './harness.ts'

const job = `apiVersion: batch/v1
kind: Job
metadata: { name: work, namespace: flux-system }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: busybox }] } } }
`

test('wait: ready only after its objects are, with a Healthy condition', async () => {
  const h = new Harness({
    files: {
      'apps/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: flux-system }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: nginx }] }
`,
    },
    cluster: kustomization('apps', 'path: ./apps\nwait: true'),
  })
  expect((await h.start()).failed).toEqual([])
  expect(await h.condition('apps', 'Healthy')).toMatch(/^True Succeeded: Health check passed in /)
  const deployment = (await h.get('Deployment', 'web'))!
  expect(deployment['status']).toMatchObject({ readyReplicas: 1 })
  expect(h.messages('apps')[1]).toMatch(/^Progressing: Health check passed in /)
  await h.stop()
})

test('a check that cannot succeed ends with the timeout and is tried again', async () => {
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a') },
    cluster: kustomization(
      'apps',
      'path: ./apps\ntimeout: 1m\nretryInterval: 2m\nhealthChecks: [{ apiVersion: apps/v1, kind: Deployment, name: missing, namespace: flux-system }]',
    ),
  })
  await h.start()
  const failed = "timeout waiting for: [Deployment/flux-system/missing status: 'NotFound']"
  expect(await h.condition('apps')).toBe(`False HealthCheckFailed: health check failed after 1m0s: ${failed}`)
  expect(await h.condition('apps', 'Healthy')).toBe(`False HealthCheckFailed: ${failed}`)
  const status = (await h.kustomization('apps'))!['status'] as Record<string, unknown>
  expect(status['lastAppliedRevision']).toBeUndefined()
  expect(status['inventory']).toEqual({ entries: [{ id: 'flux-system_a__ConfigMap', v: 'v1' }] })
  const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: missing, namespace: flux-system }
spec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: c, image: i }] } } }
`
  h.save('apps/b.yaml', deployment)
  await h.settle()
  expect(await h.condition('apps')).toMatch(/^True/)
  await h.stop()
})

test('an expression that says failed ends the wait at once', async () => {
  const h = new Harness({
    files: { 'apps/work.yaml': job },
    cluster: kustomization(
      'apps',
      'path: ./apps\nwait: true\ntimeout: 5m\nhealthCheckExprs: [{ apiVersion: batch/v1, kind: Job, current: "false", failed: "true" }]',
    ),
  })
  const start = h.clock.now()
  await h.start()
  expect(h.clock.now() - start).toBeLessThan(30_000)
  expect(await h.condition('apps')).toMatch(
    /^False HealthCheckFailed: health check failed after .*: failed early due to stalled resources: \[Job\/flux-system\/work status: 'Failed'\]$/,
  )
  await h.stop()
})

test('an expression that cannot be read is terminal', async () => {
  const h = new Harness({
    files: { 'apps/work.yaml': job },
    cluster: kustomization(
      'apps',
      'path: ./apps\nwait: true\nhealthCheckExprs: [{ apiVersion: batch/v1, kind: Job, current: "a +" }]',
    ),
  })
  await h.start()
  expect(await h.condition('apps')).toMatch(
    /^False InvalidCELExpression: Reconciliation failed terminally due to configuration error: failed to create custom status evaluator for healthchecks\[0\]: /,
  )
  expect(await h.condition('apps', 'Stalled')).toMatch(/^True InvalidCELExpression/)
  await h.stop()
})

test('a HelmRelease that is waited for fails at once for want of a controller', async () => {
  const h = new Harness({
    files: {
      'apps/hr.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: chart, namespace: flux-system }
spec: { interval: 1h, chartRef: { kind: OCIRepository, name: x } }
`,
    },
    cluster: kustomization('apps', 'path: ./apps\nwait: true'),
  })
  await h.start()
  expect(await h.condition('apps')).toMatch(
    /: failed early due to stalled resources: \[HelmRelease\/flux-system\/chart status: 'Failed': no controller for HelmRelease yet\]$/,
  )
  expect(h.engine.unmanagedKinds).toContain('HelmRelease')
  await h.stop()
})

test('a chart repository in a registry needs no controller', async () => {
  const h = new Harness({
    files: {
      'apps/repo.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: { name: charts, namespace: flux-system }
spec: { type: oci, url: oci://example.org/charts }
`,
    },
    cluster: kustomization('apps', 'path: ./apps\nwait: true'),
  })
  expect((await h.start()).failed).toEqual([])
  await h.stop()
})

test('a Kustomization that is part of what it applies does not wait for itself', async () => {
  const self = kustomization('apps', 'path: ./apps\nwait: true').replace(/---\s*$/, '')
  const h = new Harness({ files: { 'apps/self.yaml': self }, cluster: `${self}---` })
  expect((await h.start()).failed).toEqual([])
  expect(await h.inventory('apps')).toEqual(['flux-system_apps_kustomize.toolkit.fluxcd.io_Kustomization'])
  await h.stop()
})

test('the source is missing', async () => {
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a') },
    cluster: kustomization('apps', 'path: ./apps\nretryInterval: 1m').replace('name: fleet', 'name: other'),
  })
  await h.start()
  expect(await h.condition('apps')).toBe(
    'False ArtifactFailed: GitRepository.source.toolkit.fluxcd.io "other" not found',
  )
  const source = (await h.get('GitRepository', 'fleet'))!
  await h.client.create({
    apiVersion: source.apiVersion,
    kind: source.kind,
    metadata: { name: 'other', namespace: 'flux-system' },
    spec: source['spec']!,
  })
  await h.settle()
  expect(await h.condition('apps')).toMatch(/^True/)
  await h.client.delete(refFor('GitRepository', 'other'))
  await h.pass(1000)
  expect(await h.get('GitRepository', 'other')).toBeUndefined()
  await h.stop()
})
