import type { Locator } from './locator.ts'
import { entryOf, nodeAt, rangeOf } from './node.ts'
import type { VariableInfo } from './types.ts'
import type { ClusterState, WalkedKustomization } from './walk.ts'

/** The variables of a Kustomization with the places that give them. */
export function variableInfos(
  walked: WalkedKustomization,
  state: ClusterState,
  locator: Locator,
): ReadonlyMap<string, VariableInfo> {
  const { variables } = walked
  const out = new Map<string, VariableInfo>()
  for (const [name, source] of variables.from) {
    const from = source === undefined ? 'postBuild.substitute' : `${source.kind}/${source.name}`
    const giver =
      source === undefined
        ? walked.rendered
        : state.facts.configs.get(`/${source.kind}/${source.namespace}/${source.name}`)
    const origin = giver === undefined ? undefined : locator.originLocation(giver)
    const document = origin === undefined ? undefined : locator.documentAt(origin)
    const maps = source === undefined ? [['spec', 'postBuild', 'substitute']] : [['stringData'], ['data']]
    const entry = maps.map((path) => entryOf(nodeAt(document?.root, path), name)).find((found) => found !== undefined)
    const declared =
      document !== undefined && entry !== undefined ? { path: document.path, range: rangeOf(entry.key) } : origin
    const secret = variables.secret.has(name)
    out.set(name, { name, value: secret ? undefined : variables.values.get(name), secret, from, declared })
  }
  return out
}
