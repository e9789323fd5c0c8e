import { joinPath } from '../base/index.ts'
import { emitNode, newNode, parseDocuments, type YamlNode } from '../yaml/index.ts'
import { originAnnotation, transformationsAnnotation } from './annotations.ts'
import { fail } from './errors.ts'
import { parseRepoUrl } from './repo-url.ts'
import type { Resource } from './resource.ts'
import { fieldOf, newString } from './rnode.ts'

/** What `buildMetadata` records about a resource or a transformer (api/resource/origin.go); `''` where unknown. */
export interface BuildOrigin {
  readonly path: string
  readonly repo: string
  readonly ref: string
  readonly configuredIn: string
  readonly configuredBy: {
    readonly apiVersion: string
    readonly kind: string
    readonly name: string
    readonly namespace: string
  }
}

const nobody = { apiVersion: '', kind: '', name: '', namespace: '' }
export const emptyOrigin: BuildOrigin = { path: '', repo: '', ref: '', configuredIn: '', configuredBy: nobody }

/** The origin of what a path leads to. */
export function appendOrigin(origin: BuildOrigin, path: string): BuildOrigin {
  const repo = parseRepoUrl(path)
  if (repo === undefined) return { ...origin, path: joinPath(origin.path, path) }
  // Upstream cuts the first segment off the path in the clone, which for the top directory is all there is.
  return { ...origin, repo: repo.repo, ref: repo.ref, path: repo.path === '' ? 'notCloned' : joinPath(repo.path) }
}

/** The origin of what a built-in of a kustomization file makes or changes. */
export function builtinOrigin(origin: BuildOrigin, fileName: string, kind: string): BuildOrigin {
  return {
    ...emptyOrigin,
    repo: origin.repo,
    ref: origin.ref,
    configuredIn: joinPath(origin.path, fileName),
    configuredBy: { ...nobody, apiVersion: 'builtin', kind },
  }
}

/** The origin of what a configured plugin makes or changes. */
export function pluginOrigin(config: Resource): BuildOrigin | undefined {
  const text = config.annotation(originAnnotation)
  if (text === undefined) return undefined
  const origin = parseOrigin(text)
  return {
    ...emptyOrigin,
    repo: origin.repo,
    ref: origin.ref,
    configuredIn: origin.path,
    configuredBy: {
      apiVersion: fieldOf(config.node, 'apiVersion')?.value ?? '',
      kind: config.kind,
      name: config.name,
      namespace: config.namespace,
    },
  }
}

export function setOrigin(resource: Resource, origin: BuildOrigin): void {
  resource.setAnnotations(resource.annotations().set(originAnnotation, originText(origin)))
}

/** Records a transformer: as the origin of a resource that has none, else in the list of its transformations. */
export function recordTransformer(resource: Resource, origin: BuildOrigin): void {
  const known = resource.annotation(originAnnotation)
  if (known === undefined) {
    setOrigin(resource, origin)
    return
  }
  const annotations = resource.annotations()
  const before = annotations.get(transformationsAnnotation)
  const list = newNode('sequence')
  if (before !== undefined) list.content.push(...parsedList(before))
  list.content.push(originNode(origin))
  annotations.set(transformationsAnnotation, emitNode(list))
  resource.setAnnotations(annotations)
}

/** As YAML, the fields in upstream's order. */
export function originText(origin: BuildOrigin): string {
  return emitNode(originNode(origin))
}

function originNode(origin: BuildOrigin): YamlNode {
  const node = newNode('mapping')
  for (const name of ['path', 'repo', 'ref', 'configuredIn'] as const) addText(node, name, origin[name])
  const by = newNode('mapping')
  for (const name of ['apiVersion', 'kind', 'name', 'namespace'] as const) addText(by, name, origin.configuredBy[name])
  if (by.content.length > 0) node.content.push(newString('configuredBy'), by)
  return node
}

function addText(node: YamlNode, name: string, value: string): void {
  if (value !== '') node.content.push(newString(name), newString(value))
}

function parsedList(text: string): readonly YamlNode[] {
  const root = parseDocuments(text).documents[0]?.root
  if (root === undefined) return []
  if (root.kind !== 'sequence') fail(`cannot read the annotation ${transformationsAnnotation}`)
  return root.content
}

function parseOrigin(text: string): BuildOrigin {
  const root = parseDocuments(text).documents[0]?.root
  const read = (name: string): string => fieldOf(root, name)?.value ?? ''
  return { ...emptyOrigin, path: read('path'), repo: read('repo'), ref: read('ref') }
}
