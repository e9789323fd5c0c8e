import { type GoValue, goFunction, kindOf, typeOf } from '../../gotemplate/index.ts'
import { deepEqual, type FunctionTable, isEmpty } from './shared.ts'

/** sprig's defaults, choices and reflection (defaults.go, reflect.go). */
export function defaultFunctions(): FunctionTable {
  return {
    default: goFunction('any,...any', (fallback: GoValue, ...given: GoValue[]) =>
      isEmpty(given[0]) ? fallback : given[0],
    ),
    empty: goFunction('any', isEmpty),
    coalesce: goFunction('...any', (...values: GoValue[]) => values.find((value) => !isEmpty(value)) ?? null),
    all: goFunction('...any', (...values: GoValue[]) => values.every((value) => !isEmpty(value))),
    any: goFunction('...any', (...values: GoValue[]) => values.some((value) => !isEmpty(value))),
    ternary: goFunction('any,any,bool', (yes: GoValue, no: GoValue, choice: boolean) => (choice ? yes : no)),
    typeOf: goFunction('any', typeOf),
    typeIs: goFunction('string,any', (type: string, value: GoValue) => type === typeOf(value)),
    typeIsLike: goFunction('string,any', (type: string, value: GoValue) => {
      const actual = typeOf(value)
      return type === actual || `*${type}` === actual
    }),
    kindOf: goFunction('any', kindOf),
    kindIs: goFunction('string,any', (kind: string, value: GoValue) => kind === kindOf(value)),
    deepEqual: goFunction('any,any', deepEqual),
    hello: goFunction('', () => 'Hello!'),
  }
}
