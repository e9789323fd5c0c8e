import { isObject, type JsonObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { stringifyYaml } from '../../yaml/index.ts'
import { type Command, CommandError } from '../command.ts'
import { clusterFlags } from '../session.ts'
import { mustGet, verbCommands } from '../verb.ts'

/** `export KIND NAME|--all`: the objects as manifests, without what the cluster added. */
export const exportCommands: readonly Command[] = verbCommands(
  'export',
  {
    about: 'Print as YAML',
    args: '[NAME]',
    flags: { ...clusterFlags, all: { type: 'boolean', about: 'every object of the kind in the namespace' } },
  },
  async (context) => {
    const { session, view, args, flags, terminal } = context
    if (args[0] === undefined && !flags['all']) throw new CommandError('name is required', 1)
    const objects = flags['all']
      ? (await session.client.list(view, { namespace: session.namespace })).items
      : [await mustGet(context, args[0]!)]
    if (objects.length === 0) throw new CommandError(`no objects found in ${session.namespace} namespace`, 1)
    for (const object of objects) terminal.stdout(`---\n${stringifyYaml(exported(object)).trim()}\n`)
    return 0
  },
)

/** What the flux CLI keeps of an object: names, labels, annotations and spec. */
export function exported(object: KubeObject): JsonObject {
  const { name, namespace, labels, annotations } = object.metadata
  const metadata: JsonObject = { name }
  if (typeof namespace === 'string') metadata['namespace'] = namespace
  if (isObject(labels)) metadata['labels'] = labels
  if (isObject(annotations)) metadata['annotations'] = annotations
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata,
    ...(object['spec'] === undefined ? {} : { spec: object['spec'] }),
  }
}
