import { basename, isObject, joinPath } from '../../base/index.ts'
import { parseConfig } from '../config-yaml.ts'
import type { BuildScope } from '../context.ts'
import { decodeStruct, type StructShape } from '../decode.ts'
import { fail } from '../errors.ts'
import { goTrim } from '../go-trim.ts'
import type { Selector } from '../kustomization.ts'
import { lookup } from '../lookup.ts'
import type { Resource } from '../resource.ts'
import { newScalar, requireKind, setScalar } from '../rnode.ts'
import { selectResources } from '../selector.ts'
import { selectorShape } from '../shapes.ts'
import type { Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'
import { setNamespaceOf } from './namespace.ts'

export interface ValueAddTarget {
  readonly selector?: Selector
  readonly fieldPath?: string
  readonly filePathPosition?: number
}

export interface ValueAddArgs {
  readonly value?: string
  readonly targets?: readonly ValueAddTarget[]
  readonly targetFilePath?: string
}

const targetShape: StructShape = {
  struct: 'Target',
  fields: { selector: selectorShape, fieldPath: 'string', filePathPosition: 'int' },
}
export const valueAddShape: StructShape = {
  struct: 'ValueAddTransformer',
  fields: { value: 'string', targets: { list: targetShape }, targetFilePath: 'string' },
}

/** Writes one value into fields, or inserts it into file paths (ValueAddTransformer). */
export function valueAddTransformer(scope: BuildScope, args: ValueAddArgs, step: OriginStep): Transformer {
  const value = goTrim(args.value ?? '') || basename(scope.loader.root)
  const targets = [...(args.targets ?? [])]
  if (args.targetFilePath) {
    const { value: file } = parseConfig(scope.loader.loadText(args.targetFilePath))
    if (isObject(file)) {
      targets.push(...(decodeStruct<ValueAddArgs>(file, valueAddShape, { coerce: true }).targets ?? []))
    }
  }
  if (targets.length === 0) fail('must specify at least one target')
  for (const target of targets) {
    if ((target.fieldPath ?? '') === '') fail('fieldPath cannot be empty')
    const position = target.filePathPosition ?? 0
    if (position < 0) fail(`value of FilePathPosition (${position}) cannot be negative`)
  }
  return {
    transform(map) {
      for (const target of targets) {
        const resources =
          target.selector === undefined ? map.resources : selectResources(map.resources, target.selector)
        for (const resource of resources) {
          if (target.fieldPath === 'metadata/namespace') setNamespaceOf(resource, value, step)
          else addValue(resource, target, value, step)
        }
      }
      map.changed()
    },
  }
}

function addValue(resource: Resource, target: ValueAddTarget, value: string, step: OriginStep): void {
  const field = lookup(resource.root, fieldsOf(target.fieldPath!), 'scalar')
  if (field === undefined) return
  requireKind(field, 'scalar')
  const position = target.filePathPosition ?? 0
  const text = position > 0 ? insertPathPart(field.value, position - 1, value) : value
  if (text !== '') setScalar(field, newScalar(text))
  resource.mark(field, step)
  resource.addStep(step)
}

/** Splits at `/`; a backslash before it makes it part of the name. */
function fieldsOf(path: string): string[] {
  const out: string[] = []
  for (const part of path.split('/')) {
    const last = out[out.length - 1]
    if (last?.endsWith('\\')) out[out.length - 1] = `${last.slice(0, -1)}/${part}`
    else out.push(part)
  }
  return out
}

/** Puts a part into a file path (kyaml/filesys InsertPathPart); an absolute path stays absolute. */
export function insertPathPart(path: string, position: number, part: string): string {
  if (part === '') return path
  const absolute = path.startsWith('/')
  const parts = path.split('/').filter((item) => item !== '')
  const at = Math.min(position, parts.length)
  parts.splice(at, 0, part)
  return `${absolute ? '/' : ''}${joinPath(...parts)}`
}
