import { describe, expect, it } from 'vitest'
import { nodesOf, type TreeNode } from '../../../src/extension/infrastructure/nodes.ts'
import { type Cell, TreeCells } from '../../../src/extension/infrastructure/tree-cells.ts'
import type { FluxObject, InventoryItem } from '../../../src/protocol/index.ts'
import { cluster, kustomization } from './objects.ts'

/** A tree of Kustomizations with their inventories, both of which a test may change. */
function tree(objects: FluxObject[], inventories: Record<string, InventoryItem[]> = {}) {
  const info = cluster()
  return new TreeCells((node): readonly TreeNode[] => {
    if (node === undefined) return objects.map((object) => ({ type: 'live', cluster: info, object }))
    if (node.type !== 'live') return []
    const items = inventories[node.object.ref.name] ?? []
    return items.map((item) => ({ type: 'inventory', cluster: info, owner: node.object.ref, item }))
  })
}

function item(name: string, health: InventoryItem['health'] = 'ready'): InventoryItem {
  return { ref: { apiVersion: 'v1', kind: 'ConfigMap', name }, health, message: '', version: '1' }
}

const nameOf = ({ node }: Cell): string =>
  node.type === 'live' ? node.object.ref.name : node.type === 'inventory' ? node.item.ref.name : node.type

describe('the cells of a tree', () => {
  it('draws nothing again when nothing looks different', async () => {
    const objects = [kustomization('a'), kustomization('b')]
    const cells = tree(objects)
    await cells.children(undefined)
    objects[0] = kustomization('a', { version: '2' })
    expect(await cells.update()).toEqual({ all: false, some: [] })
  })

  it('draws only the row that looks different, and keeps its cell', async () => {
    const objects = [kustomization('a'), kustomization('b')]
    const cells = tree(objects)
    const before = await cells.children(undefined)
    objects[1] = kustomization('b', { health: 'failed' })
    const { all, some } = await cells.update()
    expect([all, some.map(nameOf)]).toEqual([false, ['b']])
    expect(some[0]).toBe(before[1])
    expect(some[0]!.node).toMatchObject({ object: { health: 'failed' } })
  })

  it('draws everything again when the top has other rows', async () => {
    const objects = [kustomization('a')]
    const cells = tree(objects)
    const [a] = await cells.children(undefined)
    objects.push(kustomization('b'))
    expect((await cells.update()).all).toBe(true)
    const now = await cells.children(undefined)
    expect(now.map(nameOf)).toEqual(['a', 'b'])
    expect(now[0]).toBe(a)
  })

  it('draws a row again with what is below it when that has other rows', async () => {
    const inventories = { a: [item('x')] }
    const cells = tree([kustomization('a')], inventories)
    const [a] = await cells.children(undefined)
    await cells.children(a)
    inventories.a.push(item('y'))
    expect((await cells.update()).some.map(nameOf)).toEqual(['a'])
    expect((await cells.children(a)).map(nameOf)).toEqual(['x', 'y'])
  })

  it('finds a change below an unfolded row', async () => {
    const inventories = { a: [item('x'), item('y')] }
    const cells = tree([kustomization('a')], inventories)
    const [a] = await cells.children(undefined)
    await cells.children(a)
    inventories.a[1] = item('y', 'failed')
    expect((await cells.update()).some.map(nameOf)).toEqual(['y'])
  })

  it('gives commands the node as it is now', async () => {
    const objects = [kustomization('a')]
    const cells = tree(objects)
    const [a] = await cells.children(undefined)
    objects[0] = kustomization('a', { suspended: true, health: 'suspended' })
    await cells.update()
    expect(nodesOf([a])).toMatchObject([{ type: 'live', object: { suspended: true } }])
    expect(nodesOf([a, [a]])).toHaveLength(1)
  })
})
