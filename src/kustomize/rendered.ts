import { isObject, type JsonObject, type JsonValue, setOwn } from '../base/index.ts'
import type { KubeObject } from '../kube/index.ts'
import { GoFloat, type GoObject, type GoValue, stringifyYaml, type YamlNode } from '../yaml/index.ts'
import { toJson } from './json.ts'
import { effectiveNamespace } from './resid.ts'
import type { Resource } from './resource.ts'
import { rangeInFile } from './source.ts'
import type { OriginStep, RenderedObject } from './types.ts'

/** The objects of a build as callers see them; fails for what cannot be written. */
export function renderObjects(resources: readonly Resource[]): RenderedObject[] {
  return resources.map((resource) => new Rendered(resource))
}

/** The text that kustomize prints: documents separated by `---`. */
export function renderText(objects: readonly RenderedObject[]): string {
  return objects.map(({ object }) => textOf(object)).join('---\n')
}

/** A file of `kustomize build --output DIR`. */
interface RenderedFile {
  /** `[namespace_][group_]version_kind_name.yaml` in lower case; the name of an object may put anything into it. */
  readonly name: string
  readonly text: string
}

/**
 * A file for each object, as `kustomize build --output DIR` names them (kustomize/commands/build/writer.go): with the
 * namespace when the objects are of several.
 */
export function renderFiles(resources: readonly Resource[]): RenderedFile[] {
  const ids = resources.map((resource) => resource.id())
  const namespaces = new Set(ids.filter((id) => !id.clusterScoped).map(effectiveNamespace))
  return resources.map((resource, i) => {
    const id = ids[i]!
    const gvk = [id.group, id.version, id.kind].filter((part) => part !== '').join('_')
    const prefix = id.clusterScoped || namespaces.size < 2 ? '' : `${effectiveNamespace(id).toLowerCase()}_`
    const name = `${prefix}${gvk.toLowerCase()}_${id.name.toLowerCase()}.yaml`
    return { name, text: textOf(toJson(resource.root)) }
  })
}

/** The smallest 64-bit integer is also a float; as such it is written with an exponent. */
const smallest = '-9223372036854775808'

function textOf(object: JsonValue): string {
  const text = stringifyYaml(object)
  return text.includes(smallest) ? stringifyYaml(withFloats(object)) : text
}

function withFloats(value: JsonValue): GoValue {
  if (typeof value === 'number') return value === -(2 ** 63) ? new GoFloat(value) : (value as unknown as GoValue)
  if (Array.isArray(value)) return value.map(withFloats)
  if (!isObject(value)) return value as unknown as GoValue
  const out: GoObject = {}
  for (const key of Object.keys(value)) setOwn(out as JsonObject, key, withFloats(value[key]!) as JsonValue)
  return out
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
    const range = rangeInFile(source, node)
    return { step: source.step, path: source.path, ...(range === undefined ? {} : { range }) }
  }
}

function child(node: YamlNode, part: string | number): YamlNode | undefined {
  if (typeof part === 'number') return node.kind === 'sequence' ? node.content[part] : undefined
  if (node.kind !== 'mapping') return undefined
  for (let i = 0; i + 1 < node.content.length; i += 2) if (node.content[i]!.value === part) return node.content[i + 1]
  return undefined
}
