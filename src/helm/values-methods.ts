import {
  GoError,
  type GoFunction,
  type GoMap,
  type GoValue,
  goFunction,
  isMap,
  mapGet,
  quote,
  underlying,
  viewAs,
} from '../gotemplate/index.ts'
import { toYaml } from './functions/table.ts'
import { tableAt } from './values.ts'

/** The methods that templates can call on `.Values`. Source: Helm 4.1 pkg/chart/common/values.go. */
export function valuesMethod(values: GoMap, name: string): GoFunction | undefined {
  switch (name) {
    case 'AsMap':
      return goFunction('', () => underlying(values))
    case 'YAML':
      return goFunction('', () => `${toYaml(values)}\n`)
    case 'Encode':
      // Templates have no writer to give; a nil one is all that can be.
      return goFunction('io.Writer', () => {
        throw new GoError('runtime error: invalid memory address or nil pointer dereference')
      })
    case 'Table':
      return goFunction('string', (path: string) => viewAs(tableOf(values, path), 'common.Values'))
    case 'PathValue':
      return goFunction('string', (path: string) => pathValue(values, path))
  }
  return undefined
}

function tableOf(values: GoMap, path: string): GoMap {
  let table: GoMap = values
  for (const key of path.split('.')) {
    const next = mapGet(table, key)
    if (!isMap(next)) throw new GoError(`${quote(key)} is not a table`)
    table = next
  }
  return table
}

/** The value at a dotted path; a table is none. */
function pathValue(values: GoMap, path: string): GoValue {
  if (path === '') throw new GoError('YAML path cannot be empty')
  const keys = path.split('.')
  const last = keys.pop()!
  const table = keys.length === 0 ? values : tableAt(values, keys.join('.'))
  const found = table === undefined ? undefined : mapGet(table, last)
  if (found === undefined || isMap(found)) throw new GoError(`${quote(last)} is not a value`)
  return found
}
