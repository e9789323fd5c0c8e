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
import { stringFunctions } from './strings.ts'
import { versionFunctions } from './versions.ts'

export { copyValue } from './dicts.ts'
export { decodeYaml, toYaml } from './encoding.ts'

/** Every function of Helm's templates but those that need the render itself (`include`, `tpl`, `lookup`, …). */
export function helmFunctions(host: { now?: () => number; crypto?: TemplateCrypto } = {}): Map<string, GoFunction> {
  const tables = [
    ...[stringFunctions(), listFunctions(), dictFunctions(), numberFunctions(), defaultFunctions()],
    ...[encodingFunctions(), pathFunctions(), regexFunctions(), versionFunctions()],
    ...[dateFunctions(host.now ?? Date.now), cryptoFunctions(host.crypto)],
  ]
  const functions = new Map<string, GoFunction>()
  for (const [name, each] of builtinFunctions()) functions.set(name, withCost(name, each))
  // sprig's `slice` takes lists only; it replaces the predefined one, as in Helm.
  for (const table of tables)
    for (const [name, each] of Object.entries(table)) functions.set(name, withCost(name, each))
  return functions
}
