import type { GoFunction } from '../../gotemplate/index.ts'
import { builtinFunctions } from '../../gotemplate/index.ts'
import { withCost } from './costs.ts'
import { cryptoFunctions, type TemplateCrypto } from './crypto.ts'
import { dateFunctions } from './dates.ts'
import { defaultFunctions } from './defaults.ts'
import { dictFunctions } from './dicts.ts'
import { encodingFunctions } from './encoding.ts'
import { listFunctions } from './lists.ts'
import { numberFunctions } from './numbers.ts'
import { pathFunctions } from './paths.ts'
import { regexFunctions } from './regexes.ts'
import type { FunctionTable } from './shared.ts'
import { stringFunctions } from './strings.ts'
import { versionFunctions } from './versions.ts'

export { copyValue } from './dicts.ts'
export { decodeYaml, toYaml } from './encoding.ts'

/** What functions need of the machine that they run on. */
interface FunctionHost {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly crypto?: TemplateCrypto
}

/** The functions for the host that was asked for last: all renders of a process have the same. */
let last: { readonly host: FunctionHost; readonly functions: ReadonlyMap<string, GoFunction> } | undefined

/** Every function of Helm's templates but those that need the render itself (`include`, `tpl`, `lookup`, …). */
export function helmFunctions(host: FunctionHost = {}): Map<string, GoFunction> {
  if (last === undefined || last.host.now !== host.now || last.host.crypto !== host.crypto) {
    last = { host: { ...host }, functions: hostFunctions(host) }
  }
  const functions = new Map(last.functions)
  // They keep the patterns that they have seen, as long as the render lasts.
  addTable(functions, regexFunctions())
  return functions
}

function hostFunctions(host: FunctionHost): Map<string, GoFunction> {
  const functions = new Map<string, GoFunction>()
  for (const [name, each] of builtinFunctions()) functions.set(name, withCost(name, each))
  // sprig's `slice` takes lists only; it replaces the predefined one, as in Helm.
  const tables = [
    ...[stringFunctions(), listFunctions(), dictFunctions(), numberFunctions(), defaultFunctions()],
    ...[encodingFunctions(), pathFunctions(), versionFunctions()],
    ...[dateFunctions(host.now ?? Date.now), cryptoFunctions(host.crypto)],
  ]
  for (const table of tables) addTable(functions, table)
  return functions
}

function addTable(functions: Map<string, GoFunction>, table: FunctionTable): void {
  for (const name of Object.keys(table)) functions.set(name, withCost(name, table[name]!))
}
