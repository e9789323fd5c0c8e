import { CelArray } from '../values/value.ts'
import { define, type FunctionDefinition } from './define.ts'

/** find() and findAll() (apiserver pkg/cel/library/regex.go). */
export function regexLibrary(): readonly FunctionDefinition[] {
  return [
    define('find', ['string.(string) string'], ([text, pattern], context) =>
      typeof text === 'string' && typeof pattern === 'string'
        ? (context.regex(pattern).findAll(text, 1)[0] ?? '')
        : undefined,
    ),
    define(
      'findAll',
      ['string.(string) list(string)', 'string.(string, int) list(string)'],
      ([text, pattern, limit], context) => {
        if (typeof text !== 'string' || typeof pattern !== 'string') return undefined
        if (limit !== undefined && typeof limit !== 'bigint') return undefined
        return new CelArray(context.regex(pattern).findAll(text, limit === undefined ? -1 : Number(limit)))
      },
    ),
  ]
}
