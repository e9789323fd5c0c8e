/**
 * A place in an object, as a chain to its parents: making one is a single allocation, and the texts are made only for
 * errors. `child` is a declared property, `key` an entry of a map (`additionalProperties`), `index` an item.
 */
export interface NodePath {
  readonly parent: NodePath | undefined
  readonly kind: 'root' | 'child' | 'key' | 'index'
  readonly name: string | number
}

export function childPath(parent: NodePath | undefined, name: string): NodePath {
  return { parent, kind: 'child', name }
}

export function keyPath(parent: NodePath | undefined, name: string): NodePath {
  return { parent, kind: 'key', name }
}

export function indexPath(parent: NodePath | undefined, index: number): NodePath {
  return { parent, kind: 'index', name: index }
}

/** A named root, printed in front of paths. */
export function rootPath(name: string): NodePath {
  return { parent: undefined, kind: 'root', name }
}

/** The steps from the root; a named root is not one. */
export function pathSteps(path: NodePath | undefined): (string | number)[] {
  const out: (string | number)[] = []
  for (let node = path; node !== undefined; node = node.parent) if (node.kind !== 'root') out.push(node.name)
  return out.reverse()
}

/** As apimachinery's field.Path prints it: `spec.list[0].map[key]`; `<nil>` for the unnamed root. */
export function fieldText(path: NodePath | undefined): string {
  if (path === undefined) return '<nil>'
  let out = ''
  for (const node of chain(path)) {
    if (node.kind === 'index' || node.kind === 'key') out += `[${node.name}]`
    else out += out === '' && node.parent === undefined ? node.name : `.${node.name}`
  }
  return out
}

/** As kube-openapi names a place: properties and map keys with dots, items with brackets; `''` for the root. */
export function openApiName(path: NodePath | undefined): string {
  let out = ''
  if (path !== undefined) {
    for (const node of chain(path)) {
      if (node.kind === 'root') continue
      if (node.kind === 'index') out += `[${node.name}]`
      else out += out === '' && node.kind === 'child' ? node.name : `.${node.name}`
    }
  }
  return out
}

function chain(path: NodePath): NodePath[] {
  const out: NodePath[] = []
  for (let node: NodePath | undefined = path; node !== undefined; node = node.parent) out.push(node)
  return out.reverse()
}
