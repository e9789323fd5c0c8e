import { describe, expect, it } from 'vitest'
import { fluxCounts } from '../../../src/extension/features/clusters/view.ts'
import { clusterChildren, workloadChildren } from '../../../src/extension/features/fleet/view.ts'
import { graphHtml } from '../../../src/extension/features/graph/view.ts'
import { inventoryNodes, rootNodes } from '../../../src/extension/features/live/view.ts'
import { summarise } from '../../../src/extension/features/status/view.ts'
import type { TreeNode } from '../../../src/extension/infrastructure/nodes.ts'
import { rowOf } from '../../../src/extension/infrastructure/rows.ts'
import type { InventoryItem } from '../../../src/protocol/index.ts'
import { cluster, fleetCluster, kustomization, source, workload } from './objects.ts'

const labels = (nodes: readonly TreeNode[]): readonly string[] => nodes.map((node) => rowOf(node).label)

describe('Workloads and Sources', () => {
  const objects = [kustomization('web'), source('fleet'), kustomization('apps')]
  it('lists the only open cluster without a row for it, in a stable order', () => {
    expect(labels(rootNodes('workloads', [cluster()], () => objects))).toEqual(['apps', 'web'])
    expect(labels(rootNodes('sources', [cluster()], () => objects))).toEqual(['fleet'])
  })
  it('groups by cluster as soon as two are open', () => {
    const two = [cluster(), cluster({ id: 'dev', name: 'Dev cluster', kind: 'dev' })]
    expect(labels(rootNodes('workloads', two, () => objects))).toEqual(['kind', 'Dev cluster'])
  })
  it('shows nothing of a kind that belongs in neither', () => {
    const alert = {
      ...kustomization('a'),
      ref: { apiVersion: 'notification.toolkit.fluxcd.io/v1beta3', kind: 'Alert', name: 'a' },
    }
    expect(rootNodes('sources', [cluster()], () => [alert])).toEqual([])
    expect(rootNodes('workloads', [cluster()], () => [alert])).toEqual([])
  })
  it('sorts an inventory', () => {
    const item = (kind: string, name: string): InventoryItem => ({
      ref: { apiVersion: 'v1', kind, name },
      health: 'ready',
      message: '',
      version: '1',
    })
    const items = [item('Service', 'web'), item('Namespace', 'web'), item('ConfigMap', 'z'), item('ConfigMap', 'a')]
    expect(labels(inventoryNodes(cluster(), kustomization('web'), items))).toEqual(['a', 'z', 'web', 'web'])
  })
})

describe('Fleet', () => {
  const root = workload('flux-system')
  const apps = workload('apps', { parent: root.id })
  const web = workload('web', { parent: root.id })
  const fleet = fleetCluster([root, apps, web])
  it('hangs workloads from the one that renders them', () => {
    expect(labels(clusterChildren(fleet))).toEqual(['flux-system'])
  })
  it('shows a rendered Kustomization once, as a workload', () => {
    const objects = [
      { ref: apps.ref },
      { ref: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' } },
      { ref: web.ref },
    ]
    expect(labels(workloadChildren(fleet, root, objects))).toEqual(['apps', 'web', 'shop'])
  })
})

describe('below a cluster', () => {
  it('counts by kind and health, the best first', () => {
    const objects = [kustomization('a'), kustomization('b', { health: 'failed' }), kustomization('c'), source('s')]
    const rows = fluxCounts(cluster(), objects).map(rowOf)
    expect(rows.map(({ label, description }) => `${label}: ${description}`)).toEqual([
      'Version: v1.36.4',
      'Controllers: none running',
      'GitRepository: 1 ready',
      'Kustomization: 2 ready, 1 failed',
    ])
  })
  it('shows nothing of a cluster that is closed', () => {
    expect(fluxCounts(cluster({ state: 'closed' }), [])).toEqual([])
  })
})

describe('status bar', () => {
  it.each([
    ['no cluster', [], [], '$(circuit-board) Fluxkit', false],
    ['one open, nothing in it', [cluster()], [], '$(vm-active) Fluxkit: kind', false],
    [
      'the engine runs',
      [cluster({ engine: { phase: 'running', message: '' } })],
      [kustomization('a'), kustomization('b', { health: 'reconciling' }), source('s')],
      '$(run-all) Fluxkit: kind 1/2 ready',
      false,
    ],
    [
      'something failed',
      [cluster()],
      [kustomization('a', { health: 'failed' })],
      '$(error) Fluxkit: kind 0/1 ready',
      true,
    ],
  ] as const)('%s', (_, clusters, objects, text, isWarning) => {
    expect(summarise(clusters, () => objects)).toMatchObject({ text, isWarning })
  })
})

describe('page of the graph', () => {
  const html = graphHtml({
    cspSource: 'https://host',
    nonce: 'n0nce',
    script: 'https://host/graph.js',
    style: 'https://host/graph.css',
  })
  it('lets nothing in but its own script and style', () => {
    expect(html).toContain("default-src 'none'")
    expect(html).toContain("script-src 'nonce-n0nce'")
    expect(html).not.toContain('unsafe')
  })
})
