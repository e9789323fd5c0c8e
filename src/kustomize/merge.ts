import { compareStrings, isObject, type JsonValue } from '../base/index.ts'
import { newNode, type YamlKind, type YamlNode } from '../yaml/index.ts'
import { isGoPlace } from './go-places.ts'
import { applyDirective, directiveOf } from './merge-directive.ts'
import { type MergeContext, type MergeMarker, type MergePair, mergeKeyedList } from './merge-list.ts'
import { elementSchema, fieldSchema, patchStrategy, type SchemaFacts, type SchemaNode } from './openapi.ts'
import {
  fieldNames,
  fieldOf,
  isMissingOrNull,
  isNilOrEmpty,
  keyIndex,
  nullTag,
  quoteIfAmbiguous,
  requireKind,
  setField,
  textValue,
} from './rnode.ts'

/**
 * Merges a strategic merge patch into a resource, in place, as kyaml's merge2 with its walker does: maps by field, lists
 * by merge key where the schema has one (new items first), other lists and scalars replaced, null and `$patch: delete`
 * remove. The patch is consumed: parts of it become parts of the result.
 * Returns the result, `undefined` when nothing is left.
 */
export function mergePatch(
  patch: YamlNode,
  dest: YamlNode,
  schema: SchemaFacts,
  mark: MergeMarker = () => undefined,
): YamlNode | undefined {
  return new Merger(schema, mark).walk({ dest, patch }, undefined)
}

class Merger implements MergeContext {
  readonly #schema: SchemaFacts
  readonly #mark: MergeMarker
  /** Nulls of a resource that stay, though null means removal elsewhere. */
  readonly #kept = new Set<YamlNode>()

  constructor(schema: SchemaFacts, mark: MergeMarker) {
    this.#schema = schema
    this.#mark = mark
  }

  walk(pair: MergePair, given: SchemaNode | undefined): YamlNode | undefined {
    const schema = this.#schemaOf(pair, given)
    switch (kindOf(pair)) {
      case undefined:
      case 'mapping':
        if (kindOf(pair) === 'mapping') requireBoth(pair, 'mapping')
        return this.#map(pair, schema)
      case 'sequence':
        requireBoth(pair, 'sequence')
        return this.#list(pair, schema)
      case 'scalar':
        requireBoth(pair, 'scalar')
        copyComments(pair)
        return pair.patch ?? pair.dest
      default:
        return undefined
    }
  }

  #map(pair: MergePair, schema: SchemaNode | undefined): YamlNode | undefined {
    const dest = this.#visitMap(pair)
    pair.dest = dest
    if (dest === undefined) return undefined
    if (dest.kind !== 'mapping') return dest
    for (const name of this.#fieldNames(pair)) this.#field(pair, dest, name, schema)
    return dest
  }

  #field(pair: MergePair, dest: YamlNode, name: string, schema: SchemaNode | undefined): void {
    // A field without a name cannot be set.
    if (name === '') requireKind(dest, 'scalar')
    const inner: MergePair = { dest: fieldOf(pair.dest, name), patch: fieldOf(pair.patch, name) }
    const before = inner.dest
    // Most of a resource is not in the patch, and plain values there cannot change.
    if (inner.patch === undefined && before?.kind === 'scalar' && before.tag !== nullTag) {
      quoteIfAmbiguous(before)
      return
    }
    const known =
      this.#commentSchema(pair, name, inner) ?? (schema === undefined ? undefined : fieldSchema(schema, name))
    const value = this.walk(inner, known)
    const keyStyle = before === undefined ? this.#keyStyle(pair, name, value) : ''
    const keepNull = value !== undefined && this.#kept.has(value)
    const set = setField(dest, name, value, { keyStyle, keepNull })
    const isNew = inner.patch !== undefined && (isMissingOrNull(before) || value === inner.patch)
    if (set !== undefined && isNew && pair.dest !== pair.patch) this.#mark(set)
  }

  /** What a field's own schema is when a comment spells it out. */
  #commentSchema(pair: MergePair, name: string, inner: MergePair): SchemaNode | undefined {
    if (!this.#schema.inlineSchemas) return undefined
    for (const [parent, value] of [
      [pair.dest, inner.dest],
      [pair.patch, inner.patch],
    ] as const) {
      if (parent === undefined || value === undefined) continue
      const key = parent.kind === 'mapping' ? parent.content[keyIndex(parent, name)] : undefined
      const found = this.#schemaInComments(value) ?? (key === undefined ? undefined : this.#schemaInComments(key))
      if (found !== undefined) return found
    }
    return undefined
  }

  #schemaInComments(node: YamlNode): SchemaNode | undefined {
    if (!this.#schema.inlineSchemas) return undefined
    for (const comment of [node.lineComment, node.headComment]) {
      if (!comment.includes('{')) continue
      const parsed = parseJson(comment.replace(/^#+/, ''))
      if (isObject(parsed) && Object.keys(parsed).length > 0) return this.#schema.inline(parsed)
    }
    return undefined
  }

  #schemaOf(pair: MergePair, given: SchemaNode | undefined): SchemaNode | undefined {
    for (const node of [pair.dest, pair.patch]) {
      if (isMissingOrNull(node)) continue
      const found = this.#schemaInComments(node!)
      if (found !== undefined) return found
    }
    if (given !== undefined) return given
    for (const node of [pair.dest, pair.patch]) {
      if (node === undefined || node.tag === nullTag || node.kind !== 'mapping') continue
      const kind = textValue(fieldOf(node, 'kind'))
      const apiVersion = textValue(fieldOf(node, 'apiVersion'))
      if (kind === '' || apiVersion === '') continue
      const found = this.#schema.kind(apiVersion, kind)
      if (found !== undefined) return found
    }
    return undefined
  }

  #visitMap(pair: MergePair): YamlNode | undefined {
    copyComments(pair)
    const { dest, patch } = pair
    if (isMissingOrNull(dest)) {
      const directive = patch === undefined ? 'merge' : directiveOrNone(patch)
      if (directive === 'delete') return undefined
      const old = dest as YamlNode | undefined
      if (patch === undefined && old !== undefined && old.value !== '') {
        const kept = newNode('scalar', old.value, nullTag)
        if (!isGoPlace(old.start)) {
          kept.start = old.start
          kept.end = old.end
        }
        this.#kept.add(kept)
        return kept
      }
      return patch
    }
    if (patch !== undefined && patch.tag === nullTag) return undefined
    return this.#choose(dest!, patch)
  }

  #list(pair: MergePair, schema: SchemaNode | undefined): YamlNode | undefined {
    copyComments(pair)
    const { strategy, keys } = schema === undefined ? { strategy: '', keys: [] } : patchStrategy(schema)
    if (!strategy.split(',').includes('merge')) return pair.patch ?? pair.dest
    const dest = this.#visitKeyedList(pair)
    pair.dest = dest
    if (dest === undefined) return undefined
    const elements = schema === undefined ? undefined : elementSchema(schema)
    return mergeKeyedList(pair, dest, { keys, elements, context: this, mark: this.#mark })
  }

  #visitKeyedList(pair: MergePair): YamlNode | undefined {
    const { dest, patch } = pair
    if (isMissingOrNull(dest)) return patch
    if (patch !== undefined && patch.tag === nullTag) return undefined
    return this.#choose(dest!, patch)
  }

  #choose(dest: YamlNode, patch: YamlNode | undefined): YamlNode | undefined {
    if (patch === undefined) return dest
    switch (applyDirective(patch)) {
      case 'delete':
        return undefined
      case 'replace':
        return patch
      default:
        return dest
    }
  }

  #fieldNames(pair: MergePair): readonly string[] {
    if (pair.patch === undefined || pair.patch === pair.dest) return withoutRepeats(names(pair.dest))
    return [...new Set([...names(pair.dest), ...names(pair.patch)])].sort(compareStrings)
  }

  #keyStyle(pair: MergePair, name: string, value: YamlNode | undefined): YamlNode['style'] {
    if (value === undefined) return ''
    for (const node of [pair.patch, pair.dest]) {
      if (node?.kind !== 'mapping') continue
      const i = keyIndex(node, name)
      if (i >= 0 && node.content[i + 1] === value) return node.content[i]!.style
    }
    return ''
  }
}

/** A key that a map has twice is walked once: a null takes away the first of them only. */
function withoutRepeats(list: readonly string[]): readonly string[] {
  for (let i = 1; i < list.length; i++) if (list.indexOf(list[i]!) !== i) return [...new Set(list)]
  return list
}

function names(node: YamlNode | undefined): string[] {
  return isNilOrEmpty(node) || node?.kind !== 'mapping' ? [] : fieldNames(node)
}

/** The kind of the first of both that has a value. */
function kindOf(pair: MergePair): YamlKind | undefined {
  if (pair.dest !== undefined && pair.dest.tag !== nullTag) return pair.dest.kind
  if (pair.patch !== undefined && pair.patch.tag !== nullTag) return pair.patch.kind
  return undefined
}

function requireBoth(pair: MergePair, kind: YamlKind): void {
  requireKind(pair.dest, kind)
  requireKind(pair.patch, kind)
}

/** A directive that cannot be read counts as none where the patch is taken as a whole. */
function directiveOrNone(patch: YamlNode): string {
  if (patch.kind !== 'mapping' && patch.kind !== 'sequence') return 'unknown'
  const text = directiveOf(patch)
  return text === 'merge' || text === 'replace' || text === 'delete' ? applyDirective(patch) : 'unknown'
}

function copyComments({ dest, patch }: MergePair): void {
  if (dest === undefined || patch === undefined || dest === patch) return
  if (patch.footComment !== '') dest.footComment = patch.footComment
  if (patch.headComment !== '') dest.headComment = patch.headComment
  if (patch.lineComment !== '') dest.lineComment = patch.lineComment
  if (dest.kind !== 'scalar' && dest.content.length === 0) dest.style = patch.style
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}
