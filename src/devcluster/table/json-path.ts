import { isObject, type JsonValue } from '../../base/index.ts'

type Step = (values: JsonValue[]) => JsonValue[]

/**
 * Compiles the subset of kubectl's JSONPath that printer columns use: fields, `['field']`, indexes, slices of one,
 * `[*]`, `.*`, and filters `[?(@.a.b=="x")]`. `undefined` when the path is something else.
 */
export function compileJsonPath(path: string): ((value: JsonValue) => JsonValue[]) | undefined {
  const steps: Step[] = []
  let rest = path.trim()
  if (rest.startsWith('{') && rest.endsWith('}')) rest = rest.slice(1, -1)
  if (rest.startsWith('$')) rest = rest.slice(1)
  while (rest !== '') {
    let match: RegExpExecArray | null
    if ((match = /^\.?\[\?\(\s*(.*?)\s*\)\]/.exec(rest)) !== null) {
      const test = compileFilter(match[1]!)
      if (test === undefined) return undefined
      steps.push((values) => values.flatMap(members).filter(test))
    } else if ((match = /^\.?\[(-?[0-9]+)\]/.exec(rest)) !== null) {
      const index = Number(match[1])
      steps.push((values) => values.flatMap((value) => (Array.isArray(value) ? (value.at(index) ?? []) : [])))
    } else if ((match = /^(?:\.?\[\*\]|\.\*)/.exec(rest)) !== null) {
      steps.push((values) => values.flatMap(members))
    } else if ((match = /^\.?\[\s*(?:'([^']*)'|"([^"]*)")\s*\]/.exec(rest)) !== null) {
      steps.push(field(match[1] ?? match[2]!))
    } else if ((match = /^\.?((?:\\.|[^.[\]\\])+)/.exec(rest)) !== null) {
      steps.push(field(match[1]!.replace(/\\(.)/g, '$1')))
    } else return undefined
    rest = rest.slice(match[0].length)
    if (rest === '.') rest = ''
  }
  return (value) => steps.reduce((values, step) => step(values), [value])
}

function members(value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) return value
  return isObject(value) ? Object.values(value) : []
}

function field(name: string): Step {
  return (values) =>
    values.flatMap((value) => {
      const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
      return found === undefined ? [] : [found]
    })
}

function compileFilter(text: string): ((value: JsonValue) => boolean) | undefined {
  const match = /^@(.*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+))?$/.exec(text)
  if (match === null) return undefined
  const read = compileJsonPath(match[1]!)
  if (read === undefined) return undefined
  const operator = match[2]
  if (operator === undefined) return (value) => read(value).length > 0
  const wanted = literal(match[3]!.trim())
  return (value) => {
    const found = read(value)[0]
    if (found === undefined) return false
    if (operator === '==') return found === wanted
    if (operator === '!=') return found !== wanted
    if (typeof found !== typeof wanted || found === null || wanted === null) return false
    if (operator === '<') return found < wanted
    if (operator === '>') return found > wanted
    return operator === '<=' ? found <= wanted : found >= wanted
  }
}

function literal(text: string): JsonValue {
  if (/^'.*'$|^".*"$/s.test(text)) return text.slice(1, -1)
  if (text === 'true' || text === 'false') return text === 'true'
  return Number.isNaN(Number(text)) ? text : Number(text)
}
