import type { JsonObject, JsonValue } from '../base/index.ts'
import type { KubeObject } from '../kube/index.ts'
import { stringifyYaml, type YamlNode } from '../yaml/index.ts'
import { toJson } from './json.ts'
import type { Resource } from './resource.ts'
import type { OriginStep, RenderedObject } from './types.ts'

/** The objects of a build as callers see them; fails for what cannot be written. */
export function renderObjects(resources: readonly Resource[]): RenderedObject[] {
  return resources.map((resource) => new Rendered(resource))
}

/** The text that kustomize prints: documents separated by `---`. */
export function renderText(objects: readonly RenderedObject[]): string {
  return objects.map(({ object }) => stringifyYaml(object)).join('---\n')
}

class Rendered implements RenderedObject {
  readonly node: YamlNode
  readonly object: KubeObject
  readonly #resource: Resource

  constructor(resource: Resource) {
    this.#resource = resource
    this.node = resource.root
    const json: JsonValue = toJson(resource.root)
    this.object = json as JsonObject as KubeObject
  }

  get origins(): readonly OriginStep[] {
    return [this.#own(this.node), ...this.#resource.steps]
  }

  originOf(path: readonly (string | number)[]): OriginStep | undefined {
    let node: YamlNode | undefined = this.node
    let placed: YamlNode = node
    let mark = this.#resource.markOf(node)
    for (const part of path) {
      node = child(node, part)
      if (node === undefined) break
      const found = this.#resource.markOf(node)
      if (found !== undefined) mark = found
      else if (node.start >= 0) placed = node
    }
    return mark ?? this.#own(placed)
  }

  #own(node: YamlNode): OriginStep {
    const { source } = this.#resource
    if (source.range !== undefined) return { step: source.step, path: source.path, range: source.range }
    if (node.start < 0) return { step: source.step, path: source.path }
    const range = { start: source.offset + node.start, end: source.offset + node.end }
    return { step: source.step, path: source.path, range }
  }
}

function child(node: YamlNode, part: string | number): YamlNode | undefined {
  if (typeof part === 'number') return node.kind === 'sequence' ? node.content[part] : undefined
  if (node.kind !== 'mapping') return undefined
  for (let i = 0; i + 1 < node.content.length; i += 2) if (node.content[i]!.value === part) return node.content[i + 1]
  return undefined
}
