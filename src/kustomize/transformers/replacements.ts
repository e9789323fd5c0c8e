import { isObject, type JsonValue } from '../../base/index.ts'
import { emitNode, type YamlKind, type YamlNode } from '../../yaml/index.ts'
import { parseConfig } from '../config-yaml.ts'
import type { BuildScope } from '../context.ts'
import { decodeStruct } from '../decode.ts'
import { fail, isFailure, located, withPrefix, wrapError } from '../errors.ts'
import { goJson, toJson } from '../json.ts'
import type { FieldOptions, ReplacementArgs, SourceSelector, TargetSelector } from '../kustomization.ts'
import { lookup } from '../lookup.ts'
import { matchPath, parseStructured } from '../path-matcher.ts'
import { splitBracketPath } from '../path-splitter.ts'
import { idText, isIdSelected, type ResId } from '../resid.ts'
import type { Resource } from '../resource.ts'
import { assignNode, copyNode, isNilOrEmpty, newScalar, textValue } from '../rnode.ts'
import { compileSelector, labelTests } from '../selector.ts'
import { replacementShape } from '../shapes.ts'
import type { Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'

/** `replacements` (ReplacementTransformer): copies values from one resource, or the entry itself, to others. */
export function replacementsTransformer(
  scope: BuildScope,
  list: readonly ReplacementArgs[],
  step: (index: number) => OriginStep,
): Transformer {
  const replacements: { args: ReplacementArgs; step: OriginStep }[] = []
  list.forEach((args, i) => {
    for (const loaded of loadReplacement(scope, args)) {
      const from = args.path ? { step: 'replacements', path: scope.loader.absolute(args.path) } : step(i)
      replacements.push({ args: loaded, step: from })
    }
  })
  return {
    transform(map) {
      for (const { args, step: from } of replacements) {
        const location = (): { path: string } => ({ path: from.path, ...(from.range && { range: from.range }) })
        located(location, () => replace(map.resources, args, from))
      }
      map.dropEmpties()
      map.changed()
    },
  }
}

function loadReplacement(scope: BuildScope, args: ReplacementArgs): readonly ReplacementArgs[] {
  if (!args.path) return [args]
  if (args.source !== undefined || (args.targets ?? []).length > 0) {
    fail('cannot specify both path and inline replacement')
  }
  const { value } = parseConfig(scope.loader.loadText(args.path), scope.loader.absolute(args.path))
  const decode = (item: JsonValue): ReplacementArgs =>
    decodeStruct<ReplacementArgs>(item, replacementShape, { coerce: true })
  if (Array.isArray(value)) return value.map(decode)
  if (isObject(value)) return [decode(value)]
  fail('unsupported replacement type encountered within replacement path: invalid')
}

function replace(resources: readonly Resource[], args: ReplacementArgs, step: OriginStep): void {
  if ((args.sourceValue === undefined && args.source === undefined) || args.targets === undefined) {
    fail('replacements must specify a source and at least one target')
  }
  const value = sourceValue(resources, args)
  for (const target of args.targets) applyToTarget(resources, value, target, step)
}

function sourceValue(resources: readonly Resource[], args: ReplacementArgs): YamlNode {
  const { source } = args
  if (args.sourceValue !== undefined && source !== undefined) {
    fail('value and resource selectors are mutually exclusive')
  }
  if (args.sourceValue !== undefined) return newScalar(args.sourceValue)
  const resource = selectSource(resources, source!)
  const path = source!.fieldPath || 'metadata.name'
  const found = withPrefix('error looking up replacement source', () =>
    lookup(resource.root, splitBracketPath(path, '.')),
  )
  if (isNilOrEmpty(found)) fail(`fieldPath \`${path}\` is missing for replacement source ${idText(idOf(source!))}`)
  return refine(found!, source!.options)
}

function selectSource(resources: readonly Resource[], source: SourceSelector): Resource {
  const selector = idOf(source)
  const found = resources.filter((resource) => idsOf(resource).some((id) => isIdSelected(id, selector)))
  if (found.length > 1) fail(`multiple matches for selector ${sourceText(source)}`)
  return found[0] ?? fail(`nothing selected by ${sourceText(source)}`)
}

/** The ids of a resource, as replacements compare them: none is known to be cluster scoped. */
function idsOf(resource: Resource): ResId[] {
  return [{ ...resource.id(), clusterScoped: false }, ...resource.previousIds()]
}

function idOf(source: SourceSelector): ResId {
  const { group = '', version = '', kind = '', name = '', namespace = '' } = source
  return { group, version, kind, name, namespace, clusterScoped: false }
}

function sourceText(source: SourceSelector): string {
  const { delimiter = '', index = 0, create = false } = source.options ?? {}
  const options = delimiter === '' && !create ? [] : [`${delimiter}(${index}), create=${create}`]
  return [idText(idOf(source)), ...(source.fieldPath ? [source.fieldPath] : []), ...options].join(':')
}

function refine(node: YamlNode, options: FieldOptions | undefined): YamlNode {
  const delimiter = options?.delimiter ?? ''
  if (delimiter === '') return node
  if (node.kind !== 'scalar') fail('delimiter option can only be used with scalar nodes')
  const parts = textValue(node).split(delimiter)
  const index = Number(options?.index ?? 0)
  if (index >= parts.length || index < 0) {
    fail(`options.index ${index} is out of bounds for value ${textValue(node)}`)
  }
  const copy = copyNode(node)
  copy.value = parts[index]!
  return copy
}

function applyToTarget(
  resources: readonly Resource[],
  value: YamlNode,
  target: TargetSelector,
  step: OriginStep,
): void {
  if (target.select === undefined) fail('target must specify resources to select')
  const paths = (target.fieldPaths ?? []).length === 0 ? ['metadata.name'] : target.fieldPaths!
  const select = withPrefix('error creating target selector', () => compileSelector(target.select!))
  const labels = labelTests(target.select)
  const rejects = (target.reject ?? []).map((selector) => ({
    compiled: compileSelector(selector),
    byId: [selector.group, selector.version, selector.kind, selector.name, selector.namespace].some(Boolean),
    byLabels: selector.annotationSelector || selector.labelSelector ? labelTests(selector) : undefined,
  }))
  for (const resource of resources) {
    const ids = idsOf(resource)
    if (!labels(resource) || rejects.some(({ byLabels }) => byLabels?.(resource) === true)) continue
    const matches = (compiled: typeof select): boolean =>
      ids.some(
        (id) => compiled.matchesGvk(id) && compiled.matchesName(id.name) && compiled.matchesNamespace(id.namespace),
      )
    if (rejects.some(({ compiled, byId }) => byId && matches(compiled)) || !matches(select)) continue
    for (const path of paths) copyTo(resource, { value, path, options: target.options, step })
    resource.addStep(step)
  }
}

interface Copy {
  readonly value: YamlNode
  readonly path: string
  readonly options: FieldOptions | undefined
  readonly step: OriginStep
}

function copyTo(resource: Resource, copy: Copy): void {
  const { value, path, options, step } = copy
  const create = options?.create === true ? value.kind : undefined
  const parts = splitBracketPath(path, '.')
  if (setInsideScalar(resource, copy, parts, create)) return
  const missing = `unable to find ${create === undefined ? '' : 'or create '}field "${path}" in replacement target`
  let fields: YamlNode[]
  try {
    fields = matchPath(resource.root, parts, create)
  } catch (error) {
    throw isFailure(error) ? wrapError(error, missing) : error
  }
  if (fields.length === 0) fail(missing)
  for (const field of fields) {
    setValue(field, value, options)
    resource.mark(field, step)
  }
}

function setValue(target: YamlNode, source: YamlNode, options: FieldOptions | undefined): void {
  const value = copyNode(source)
  const delimiter = options?.delimiter ?? ''
  if (delimiter !== '') {
    if (target.kind !== 'scalar') fail('delimiter option can only be used with scalar nodes')
    const parts = target.value.split(delimiter)
    const index = Number(options?.index ?? 0)
    if (index < 0) parts.unshift(textValue(value))
    else if (index >= parts.length) parts.push(textValue(value))
    else parts[index] = textValue(value)
    value.value = parts.join(delimiter)
  }
  // A scalar keeps its type: the text is copied, so that numbers and strings convert by themselves.
  if (target.kind === 'scalar') target.value = value.value
  else assignNode(target, value)
}

/** Writes into YAML or JSON that is the text of a scalar on the path. False when the path leads to no such place. */
function setInsideScalar(
  resource: Resource,
  copy: Copy,
  parts: readonly string[],
  create: YamlKind | undefined,
): boolean {
  for (let i = 1; i < parts.length; i++) {
    const scalar = quietly(() => lookup(resource.root, parts.slice(0, i)))
    if (scalar?.kind !== 'scalar') continue
    const parsed = quietly(() => ({ root: parseStructured(scalar.value) }))
    if (parsed === undefined) continue
    return (
      quietly(() => writeInside(resource, scalar, { ...copy, root: parsed.root, rest: parts.slice(i), create })) ===
      true
    )
  }
  return false
}

interface InsideCopy extends Copy {
  readonly root: YamlNode | undefined
  readonly rest: readonly string[]
  readonly create: YamlKind | undefined
}

function writeInside(resource: Resource, scalar: YamlNode, copy: InsideCopy): boolean {
  const { root, rest, create, value, step } = copy
  if (root === undefined) return false
  const fields = matchPath(root, rest, create)
  if (fields.length === 0) return false
  for (const field of fields) {
    if (field.kind === 'scalar') field.value = value.value
    else assignNode(field, value)
  }
  scalar.value = serialise(root, scalar.value)
  resource.mark(scalar, step)
  return true
}

function serialise(root: YamlNode, before: string): string {
  const first = before.trim()[0]
  if (first !== '{' && first !== '[') return emitNode(root).trim()
  const json = toJson(root)
  return goJson(json, before.includes('\n') && before.includes('  ') ? '  ' : '')
}

/** What an action gives, `undefined` when it fails: here the next way is tried. */
function quietly<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
}
