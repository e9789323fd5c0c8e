/** The elements of a tree as VS Code holds them: one lasting object a row, whose node changes. No VS Code in here. */
import type { TreeNode } from './nodes.ts'
import { rowOf } from './rows.ts'

/** What VS Code holds for a row, and gives to commands. */
export interface Cell {
  readonly cell: true
  node: TreeNode
}

/** What has to be drawn again: everything, or the rows of some cells with what is below them. */
export interface TreeUpdate {
  readonly all: boolean
  readonly some: readonly Cell[]
}

type Children = (node: TreeNode | undefined) => readonly TreeNode[] | Promise<readonly TreeNode[]>

interface Entry {
  readonly cell: Cell
  /** The row as last drawn. */
  print: string
}

/** The key of the tree's root among the parents. */
const root = ''

/** Keeps the cells of a tree by the ids of their rows, and finds out which rows look different. */
export class TreeCells {
  readonly #read: Children
  readonly #entries = new Map<string, Entry>()
  /** Ids of the children that were asked for, by the id of their parent, in the order of asking. */
  readonly #shown = new Map<string, readonly string[]>()

  constructor(read: Children) {
    this.#read = read
  }

  /** The children of a cell, or the top of the tree. */
  async children(parent: Cell | undefined): Promise<readonly Cell[]> {
    const nodes = await this.#read(parent?.node)
    const key = parent === undefined ? root : rowOf(parent.node).id
    this.#shown.set(
      key,
      nodes.map((node) => rowOf(node).id),
    )
    return nodes.map((node) => this.#adopt(node).cell)
  }

  /** Reads again what has been asked for, from the top down. */
  async update(): Promise<TreeUpdate> {
    const some = new Set<Cell>()
    for (const [key, before] of [...this.#shown]) {
      const parent = this.#entries.get(key)?.cell
      if (key !== root && parent === undefined) {
        this.#shown.delete(key)
        continue
      }
      const nodes = await this.#read(parent?.node)
      const ids = nodes.map((node) => rowOf(node).id)
      const isSame = ids.length === before.length && ids.every((id, i) => id === before[i])
      if (!isSame && parent === undefined) {
        this.#forget(before, ids)
        return { all: true, some: [] }
      }
      for (const node of nodes) {
        const print = this.#entries.get(rowOf(node).id)?.print
        const entry = this.#adopt(node)
        if (print !== undefined && print !== entry.print) some.add(entry.cell)
      }
      if (isSame) continue
      this.#forget(before, ids)
      this.#shown.set(key, ids)
      some.add(parent!)
    }
    return { all: false, some: [...some] }
  }

  #adopt(node: TreeNode): Entry {
    const row = rowOf(node)
    const print = JSON.stringify(row)
    const known = this.#entries.get(row.id)
    if (known === undefined) {
      const entry: Entry = { cell: { cell: true, node }, print }
      this.#entries.set(row.id, entry)
      return entry
    }
    known.cell.node = node
    known.print = print
    return known
  }

  #forget(before: readonly string[], now: readonly string[]): void {
    const kept = new Set(now)
    for (const id of before) {
      if (kept.has(id)) continue
      this.#entries.delete(id)
      this.#shown.delete(id)
    }
  }
}
