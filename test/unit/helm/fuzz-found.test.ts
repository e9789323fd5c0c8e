import { describe, expect, it } from 'vitest'
import { setValue } from '../../../src/helm/index.ts'
import found from './fuzz-found.json' with { type: 'json' }
import { messageOf, template } from './support.ts'

/** What the fuzz found (test/fuzz/helm.ts and others of its kind), with the answers of the helm 4.1.4 binary. */
interface Answer {
  readonly expected?: unknown
  readonly error?: string
}

const kindOf = { '--set': 'typed', '--set-string': 'string', '--set-json': 'json', '--set-literal': 'literal' } as const

function answerOf(work: () => unknown): Answer {
  try {
    return { expected: work() }
  } catch (error) {
    return { error: messageOf(error) }
  }
}

/** The last part of a message: what went wrong, without where. */
function lastPart(message: string): string {
  return message.trim().split('\n').at(-1)!.split('>: ').at(-1)!.trim()
}

describe('expressions', () => {
  it.each(found.expressions as (Answer & { readonly template: string })[])(
    '$template',
    ({ template: text, ...wanted }) => {
      const files = {
        ...found.files,
        'templates/t.yaml': `v: {{ include "t" . | toJson }}\n{{ define "t" }}${text}{{ end }}\n`,
      }
      const { expected, error } = answerOf(() => JSON.parse(/v: (".*")/.exec(template(files))![1]!))
      expect(error === undefined ? { expected } : { error: lastPart(error) }).toEqual(wanted)
    },
  )
})

describe('values on the command line', () => {
  it.each(found.sets as (Answer & { readonly flag: keyof typeof kindOf; readonly text: string })[])(
    '$flag $text',
    ({ flag, text, ...wanted }) => {
      const values = { l: ['p'], s: 'str' }
      const answer = answerOf(() => {
        setValue(values, text, kindOf[flag], () => '')
        return values
      })
      // Integers are of a type of their own here.
      const plain = JSON.parse(
        JSON.stringify(answer, (_, value) => (typeof value?.value === 'bigint' ? Number(value.value) : value)),
      )
      expect(plain).toEqual(wanted)
    },
  )
})

describe('heads of manifests', () => {
  it.each(found.heads as (Answer & { readonly text: string })[])('$text', ({ text, ...wanted }) => {
    expect(answerOf(() => template({ 'templates/t.yaml': text }))).toEqual(wanted)
  })
})
