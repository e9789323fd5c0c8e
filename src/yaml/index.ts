/**
 * YAML as Go's packages read and write it: documents with ranges and comments, resolution of scalars, go-yaml's emitter,
 * edits that keep the rest of a text. Invariants: parsing never throws; nothing here knows Kubernetes.
 */
export * from './build.ts'
export { applyEdits, deleteIn, setIn, type TextEdit } from './edit.ts'
export { type EmitOptions, emitNode } from './emit.ts'
export { compareKeys } from './key-order.ts'
export * from './node.ts'
export { formatFloat, GoFloat, GoInt, type GoObject, type GoValue } from './numbers.ts'
export * from './parse.ts'
export * from './parse-yaml.ts'
export * from './path.ts'
export { readPlainYaml } from './plain.ts'
export { longTag, resolveText, type ScalarValue, shortTag, type YamlFlavour } from './resolve.ts'
export { type StringifyOptions, stringifyYaml } from './stringify.ts'
export * from './to-json.ts'
