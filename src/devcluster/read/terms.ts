import type { JsonObject } from '../../base/index.ts'
import { badRequest } from '../http/errors.ts'

export interface FieldTerm {
  readonly field: string
  readonly value: string
  readonly negated: boolean
}

/** `a=b,c!=d` with backslash escapes. Throws `ApiError` 400. */
export function parseFieldTerms(text: string): FieldTerm[] {
  const out: FieldTerm[] = []
  for (const part of text.split(/(?<!\\),/)) {
    if (part.trim() === '') continue
    const match = /^([^=!]+)(!=|==|=)(.*)$/s.exec(part)
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
    out.push({ field: match[1]!.trim(), value: match[3]!.replace(/\\([\\,=])/g, '$1'), negated: match[2] === '!=' })
  }
  return out
}

type LabelTest = (labels: JsonObject) => boolean

const TERM =
  /^\s*(?:(!)\s*([^\s,!=<>()]+)|([^\s,!=<>()]+)\s*(?:(==|=|!=|<|>)\s*([^\s,!=<>()]*)|(in|notin)\s*\(([^()]*)\))?)\s*(?:,|$)/

/** apimachinery's label selector syntax. Throws `ApiError` 400. */
export function parseLabelTerms(text: string): LabelTest {
  const tests: LabelTest[] = []
  let rest = text
  while (rest.trim() !== '') {
    const match = TERM.exec(rest)
    if (match === null) throw badRequest(`unable to parse requirement: found '${rest}', expected: identifier`)
    tests.push(labelTest(match))
    rest = rest.slice(match[0].length)
  }
  return (labels) => tests.every((test) => test(labels))
}

function labelTest(match: RegExpExecArray): LabelTest {
  const [, , absent, key, operator, value, set, values] = match
  if (absent !== undefined) return (labels) => !Object.hasOwn(labels, absent)
  const name = key!
  if (set !== undefined) {
    const wanted = new Set(values!.split(',').map((item) => item.trim()))
    if (set === 'in') return (labels) => Object.hasOwn(labels, name) && wanted.has(String(labels[name]))
    return (labels) => !Object.hasOwn(labels, name) || !wanted.has(String(labels[name]))
  }
  switch (operator) {
    case undefined:
      return (labels) => Object.hasOwn(labels, name)
    case '!=':
      return (labels) => !Object.hasOwn(labels, name) || labels[name] !== value
    case '<':
      return (labels) => Object.hasOwn(labels, name) && Number(labels[name]) < Number(value)
    case '>':
      return (labels) => Object.hasOwn(labels, name) && Number(labels[name]) > Number(value)
    default:
      return (labels) => labels[name] === value
  }
}
