import { basename } from '../base/index.ts'
import {
  decodeBytes,
  type GoMap,
  type GoObject,
  type GoValue,
  goFunction,
  goObject,
  makeInt,
  mapSet,
  withType,
} from '../gotemplate/index.ts'
import type { ChartFile } from './chart.ts'
import { sortNames } from './dependencies.ts'
import { base64Encode } from './functions/base-n.ts'
import { toYaml } from './functions/table.ts'
import { compileGlob } from './glob.ts'

/** `.Files` of templates: a map of file names to bytes with methods. Source: Helm 4.1 pkg/engine/files.go. */
export function filesObject(files: readonly ChartFile[]): GoObject {
  return makeFiles(new Map(files.map((file) => [file.name, file.data])))
}

function makeFiles(files: ReadonlyMap<string, Uint8Array>): GoObject {
  const get = (name: string): string => decodeBytes(files.get(name) ?? new Uint8Array())
  const contents = new Map<string, GoObject>()
  const content = (name: string): GoObject => {
    const known = contents.get(name)
    if (known !== undefined) return known
    const made = bytesObject(files.get(name)!)
    contents.set(name, made)
    return made
  }
  const methods: Readonly<Record<string, GoObject['field'] extends (name: string) => infer R ? R : never>> = {
    Get: { method: goFunction('string', get) },
    GetBytes: { method: goFunction('string', (name: string) => bytesObject(files.get(name) ?? new Uint8Array())) },
    Glob: { method: goFunction('string', (pattern: string) => makeFiles(matching(files, pattern))) },
    AsConfig: { method: goFunction('', () => asConfig(files)) },
    AsSecrets: { method: goFunction('', () => asSecrets(files)) },
    Lines: { method: goFunction('string', (name: string) => lines(files.get(name))) },
  }
  const entries = (): (readonly [GoValue, GoValue])[] =>
    sortNames(files.keys()).map((name) => [name, content(name)] as const)
  return goObject({
    goType: 'engine.files',
    goKind: 'map',
    zero: () => bytesObject(new Uint8Array()),
    field: (name) => (Object.hasOwn(methods, name) ? methods[name] : undefined),
    format: () =>
      `map[${entries()
        .map(([name, bytes]) => `${String(name)}:${(bytes as GoObject).format()}`)
        .join(' ')}]`,
    entries,
  })
}

/** A []byte: printed as numbers, but text to the functions that take any value. */
export function bytesObject(bytes: Uint8Array): GoObject {
  // Templates that print all that they see print every file, again and again.
  let shown: string | undefined
  const format = (): string => {
    shown ??= `[${bytes.join(' ')}]`
    return shown
  }
  return goObject({
    goType: '[]uint8',
    goKind: 'slice',
    field: () => undefined,
    format,
    entries: () => Array.from(bytes, (byte, i) => [makeInt(i), makeInt(byte, 'uint8')] as const),
    toJson: () => base64Encode(bytes),
    text: () => decodeBytes(bytes),
    isTrue: () => bytes.length > 0,
  })
}

function matching(files: ReadonlyMap<string, Uint8Array>, pattern: string): Map<string, Uint8Array> {
  const matches = compileGlob(pattern) ?? (() => true)
  return new Map([...files].filter(([name]) => matches(name)))
}

function asConfig(files: ReadonlyMap<string, Uint8Array>): string {
  const data: GoMap = {}
  for (const name of sortNames(files.keys())) mapSet(data, basename(name), decodeBytes(files.get(name)!))
  return toYaml(data)
}

function asSecrets(files: ReadonlyMap<string, Uint8Array>): string {
  const data: GoMap = {}
  for (const name of sortNames(files.keys())) mapSet(data, basename(name), base64Encode(files.get(name)!))
  return toYaml(data)
}

function lines(bytes: Uint8Array | undefined): GoValue {
  if (bytes === undefined) return withType([], '[]string')
  return withType(decodeBytes(bytes).replace(/\n$/, '').split('\n'), '[]string')
}
