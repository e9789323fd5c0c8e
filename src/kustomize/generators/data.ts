import { compareStrings, decodeText, encodeBase64, encodeText } from '../../base/index.ts'
import { newNode, type YamlNode } from '../../yaml/index.ts'
import { notes } from '../annotations.ts'
import type { BuildScope } from '../context.ts'
import { fail } from '../errors.ts'
import { parseWithGoPlaces } from '../go-places.ts'
import type { GeneratorArgs, GeneratorOptions } from '../kustomization.ts'
import { Resource } from '../resource.ts'
import { getOrCreate, newString, setField, stringTag } from '../rnode.ts'
import { sortedEntries } from '../transformers/labels.ts'
import type { OriginStep } from '../types.ts'
import type { KeyValue } from './key-values.ts'

/** The options of a generator with the global ones: maps are united, flags add up. */
export function mergeOptions(
  local: GeneratorOptions | undefined,
  global: GeneratorOptions | undefined,
): GeneratorOptions | undefined {
  if (global === undefined) return local
  const labels = { ...global.labels, ...local?.labels }
  const annotations = { ...global.annotations, ...local?.annotations }
  return {
    labels,
    annotations,
    disableNameSuffixHash: local?.disableNameSuffixHash === true || global.disableNameSuffixHash === true,
    immutable: local?.immutable === true || global.immutable === true,
  }
}

/** `apiVersion`, `kind` and names of a generated object. */
export function baseNode(kind: string, args: GeneratorArgs, scope: BuildScope): YamlNode {
  const node = headNode(kind, scope)
  if (!args.name) fail('a configmap must have a name')
  const metadata = getOrCreate(node, 'metadata', 'mapping')
  setField(metadata, 'name', newString(args.name))
  if (args.namespace) setField(metadata, 'namespace', newString(args.namespace))
  return node
}

function headNode(kind: string, scope: BuildScope): YamlNode {
  // Upstream parses this text.
  const placed = scope.schema.goPlaces ? parseWithGoPlaces(`\napiVersion: v1\nkind: ${kind}\n`) : undefined
  if (placed !== undefined) return placed
  const node = newNode('mapping', '', '!!map')
  node.content.push(newString('apiVersion'), newString('v1'), newString('kind'), newString(kind))
  return node
}

/** Writes values as text or, where they are none, as base64; returns the field that each belongs to. */
export function addValues(
  node: YamlNode,
  values: ReadonlyMap<string, KeyValue>,
  encode: (bytes: Uint8Array) => { readonly field: string; readonly text: string },
): Map<YamlNode, KeyValue> {
  const out = new Map<YamlNode, KeyValue>()
  for (const key of [...values.keys()].sort(compareStrings)) {
    const value = values.get(key)!
    const { field, text } = encode(value.bytes)
    const item = newNode('scalar', text, stringTag, text.includes('\n') ? 'literal' : '')
    setField(getOrCreate(node, field, 'mapping'), key, item)
    out.set(item, value)
  }
  return out
}

/** The UTF-8 text of bytes, `undefined` when they are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  const text = decodeText(bytes)
  return text.includes('\ufffd') && encodeText(text).some((byte, i) => byte !== bytes[i]) ? undefined : text
}

/** Base64 in lines of 70, with a newline at the end of each when there is more than one (kyaml/yaml/datamap.go). */
export function base64Lines(bytes: Uint8Array): string {
  const text = encodeBase64(bytes)
  if (text.length < 70) return text
  return `${(text.match(/.{1,70}/g) ?? []).join('\n')}\n`
}

/** Sets what `options` ask for, and the notes by which the build treats a generated resource. */
export function finish(node: YamlNode, args: GeneratorArgs, scope: BuildScope, step: OriginStep): Resource {
  const { options } = args
  const metadata = getOrCreate(node, 'metadata', 'mapping')
  for (const [field, entries] of [
    ['labels', sortedEntries(options?.labels ?? {})],
    ['annotations', sortedEntries(options?.annotations ?? {})],
  ] as const) {
    for (const [key, text] of entries) {
      const value = newNode('scalar', text, stringTag, 'single')
      setField(getOrCreate(metadata, field, 'mapping'), key, value)
    }
  }
  if (options?.immutable === true) setField(node, 'immutable', newNode('scalar', 'true', '!!bool'))
  const resource = new Resource(node, { path: step.path, offset: 0, step: step.step, ...rangeOf(step) }, scope.schema)
  if (options?.disableNameSuffixHash !== true) resource.enable(notes.needsHash)
  resource.setAnnotations(resource.annotations().set(notes.behavior, behaviorOf(args.behavior)))
  return resource
}

function rangeOf(step: OriginStep): Pick<OriginStep, 'range'> {
  return step.range === undefined ? {} : { range: step.range }
}

function behaviorOf(text: string | undefined): string {
  return text === 'create' || text === 'merge' || text === 'replace' ? text : 'unspecified'
}
