import { getIn, isObject, type ObjectRef } from '../../base/index.ts'
import { parseInventoryId } from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { stringifyYaml } from '../../yaml/index.ts'
import { type Command, CommandError, UsageError } from '../command.ts'
import { type ClusterSession, clusterFlags, withSession } from '../session.ts'

const kustomizationApi = 'kustomize.toolkit.fluxcd.io/v1'

/** One object of an inventory with what it applied in its turn. */
interface TreeNode {
  readonly resource: {
    readonly Namespace: string
    readonly Name: string
    readonly GroupKind: { Group: string; Kind: string }
  }
  readonly resources?: TreeNode[]
}

/** `tree kustomization NAME`: the inventory as a tree, Kustomizations followed. Output as the flux CLI's. */
export const treeCommand: Command = {
  path: ['tree', 'kustomization'],
  aliases: ['ks', 'kustomizations'],
  about: 'Print the objects that a Kustomization applied',
  args: 'NAME',
  flags: {
    ...clusterFlags,
    compact: { type: 'boolean', about: 'Flux objects only' },
    output: { type: 'string', short: 'o', about: 'json or yaml instead of a drawing' },
  },
  run: (terminal, flags, args) =>
    withSession(terminal, flags, async (session) => {
      const name = args[0]
      if (name === undefined) throw new CommandError('kustomization name is required', 1)
      const output = flags['output']
      if (output !== undefined && output !== 'json' && output !== 'yaml') {
        throw new UsageError(`--output: "${String(output)}" is neither json nor yaml`)
      }
      const ref = { apiVersion: kustomizationApi, kind: 'Kustomization', name, namespace: session.namespace }
      const tree = await treeOf(session, ref, { compact: flags['compact'] === true, seen: new Set() })
      if (output === 'json') terminal.stdout(`${JSON.stringify(tree, null, 2)}\n`)
      else if (output === 'yaml') terminal.stdout(`${stringifyYaml(JSON.parse(JSON.stringify(tree)))}\n`)
      else terminal.stdout(`${label(tree)}\n${draw(tree.resources ?? [], '')}\n`)
      return 0
    }),
}

async function treeOf(
  session: ClusterSession,
  ref: ObjectRef,
  options: { readonly compact: boolean; readonly seen: Set<string> },
): Promise<TreeNode> {
  const object = await session.client.get(ref)
  if (object === undefined) {
    throw new CommandError(`kustomizations.kustomize.toolkit.fluxcd.io "${ref.name}" not found`, 1)
  }
  const resources: TreeNode[] = []
  options.seen.add(`${ref.namespace}/${ref.name}`)
  for (const { id } of inventory(object)) {
    const parsed = parseInventoryId(id)
    if (parsed === undefined) throw new CommandError(`the inventory of ${ref.name} has a malformed id: ${id}`)
    const { namespace, name, group, kind } = parsed
    if (options.compact && !group.includes('toolkit.fluxcd.io')) continue
    const isKustomization = group === 'kustomize.toolkit.fluxcd.io' && kind === 'Kustomization'
    if (isKustomization && options.seen.has(`${namespace}/${name}`)) continue
    // The objects of a Kustomization with a kubeConfig are in another cluster.
    const follows = isKustomization && getIn(object, ['spec', 'kubeConfig']) === undefined
    const child = follows
      ? await treeOf(session, { apiVersion: kustomizationApi, kind, name, namespace }, options)
      : node({ namespace, name, group, kind }, [])
    resources.push(child)
  }
  return node(
    { namespace: ref.namespace ?? '', name: ref.name, group: 'kustomize.toolkit.fluxcd.io', kind: ref.kind },
    resources,
  )
}

function node(id: { namespace: string; name: string; group: string; kind: string }, resources: TreeNode[]): TreeNode {
  const resource = { Namespace: id.namespace, Name: id.name, GroupKind: { Group: id.group, Kind: id.kind } }
  return resources.length === 0 ? { resource } : { resource, resources }
}

function inventory(object: KubeObject): { id: string }[] {
  const entries = getIn(object, ['status', 'inventory', 'entries'])
  if (!Array.isArray(entries)) return []
  return entries.filter(isObject).map((entry) => ({ id: String(entry['id']) }))
}

function label({ resource }: TreeNode): string {
  const parts = [resource.GroupKind.Kind, resource.Namespace, resource.Name]
  return parts.filter((part) => part !== '').join('/')
}

function draw(nodes: readonly TreeNode[], indent: string): string {
  return nodes
    .map((each, i) => {
      const last = i === nodes.length - 1
      const below = draw(each.resources ?? [], `${indent}${last ? '    ' : '│   '}`)
      return `${indent}${last ? '└── ' : '├── '}${label(each)}\n${below}`
    })
    .join('')
}
