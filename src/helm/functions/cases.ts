/**
 * `snakecase`, `kebabcase` and `camelcase`: huandu/xstrings v1.5 ToSnakeCase, ToKebabCase and ToPascalCase, whose idea
 * of a word decides (digits belong to the word before them, `HTTPStatus` is two words).
 */

import { isSpace, lowerLetter, upperLetter } from './letters.ts'

type WordType = 'none' | 'number' | 'upper' | 'letters' | 'connector' | 'punctuation' | 'other'

interface Word {
  readonly type: WordType
  readonly text: string
  readonly rest: string
}

const isConnector = (char: string): boolean => char === '-' || char === '_' || isSpace(char)
const isPunctuation = (char: string): boolean => /^\p{P}$/u.test(char)
const isUpper = (char: string): boolean => /^\p{Lu}$/u.test(char)
const isNumber = (char: string): boolean => /^\p{N}$/u.test(char)
/** A letter of a script that has case, or any other letter but those of scripts written without spaces. */
const isLetter = (char: string): boolean => /^\p{L}$/u.test(char) && !/^\p{Script=Han}$|^[\u3040-\u30ff]$/u.test(char)

/** `FooBar` becomes `foo_bar`. */
export function snakecase(text: string): string {
  return lowerWords(text, '_')
}

/** `FooBar` becomes `foo-bar`. */
export function kebabcase(text: string): string {
  return lowerWords(text, '-')
}

/** `foo_bar` becomes `FooBar`; leading connectors stay. */
export function camelcase(text: string): string {
  const chars = [...text]
  const out: string[] = []
  let i = 0
  while (i < chars.length && isConnector(chars[i]!)) out.push(chars[i++]!)
  if (i >= chars.length) return text
  let firstUpper = isUpper(chars[i]!)
  let current = upperLetter(chars[i++]!)
  for (; i < chars.length; i++) {
    const previous = current
    current = chars[i]!
    if (isConnector(current) && isConnector(previous)) {
      out.push(previous)
    } else if (isConnector(previous)) {
      firstUpper = isUpper(current)
      current = upperLetter(current)
    } else {
      if (firstUpper) {
        if (isUpper(current)) current = lowerLetter(current)
        else firstUpper = false
      }
      out.push(previous)
    }
  }
  out.push(current)
  return out.join('')
}

function lowerWords(text: string, connector: string): string {
  if (text === '') return ''
  let out = ''
  let word = nextWord(text)
  const write = (type: WordType, part: string): void => {
    out += lowered(type, part, connector)
  }
  while (word.rest !== '') {
    if (word.type !== 'connector') write(word.type, word.text)
    const previous = word
    word = nextWord(word.rest)
    if (previous.type === 'number') {
      word = absorb(word, write)
      if (!['none', 'punctuation', 'connector'].includes(word.type)) out += connector
    } else if (previous.type === 'connector') write('connector', previous.text)
    else if (previous.type !== 'punctuation') {
      if (word.type !== 'number') {
        if (word.type !== 'connector' && word.type !== 'punctuation') out += connector
        continue
      }
      if (word.rest === '') break
      const digits = word.text
      word = nextWord(word.rest)
      if (word.type !== 'letters') {
        // A number belongs to the word before it: `Bld4Floor` is `bld4_floor`.
        write('number', digits)
        if (word.type !== 'connector' && word.type !== 'punctuation') out += connector
        continue
      }
      // Lower-case letters after a number make it a word of its own: `HTTP2xx` is `http_2xx`.
      out += connector
      write('number', digits)
      word = absorb(word, write)
      if (!['none', 'punctuation', 'connector'].includes(word.type)) out += connector
    }
  }
  write(word.type, word.text)
  return out
}

function absorb(start: Word, write: (type: WordType, text: string) => void): Word {
  let word = start
  while (word.type === 'letters' || word.type === 'number') {
    write(word.type, word.text)
    word = nextWord(word.rest)
  }
  return word
}

function lowered(type: WordType, text: string, connector: string): string {
  if (type !== 'upper' && type !== 'connector') return text
  return [...text].map((char) => (isConnector(char) ? connector : isUpper(char) ? lowerLetter(char) : char)).join('')
}

function nextWord(text: string): Word {
  const chars = [...text]
  const first = chars[0]
  if (first === undefined) return { type: 'none', text: '', rest: '' }
  const run = (test: (char: string) => boolean, from = 1): number => {
    let end = from
    while (end < chars.length && test(chars[end]!)) end++
    return end
  }
  const make = (type: WordType, count: number): Word => ({
    type,
    text: chars.slice(0, count).join(''),
    rest: chars.slice(count).join(''),
  })
  const isLowerLetter = (char: string): boolean => isLetter(char) && !isUpper(char)
  if (isConnector(first)) return make('connector', run(isConnector))
  if (isPunctuation(first)) return make('punctuation', run(isPunctuation))
  if (isUpper(first)) {
    const second = chars[1]
    if (second !== undefined && isUpper(second)) {
      const end = run(isUpper)
      return make('upper', end < chars.length && isLetter(chars[end]!) ? end - 1 : end)
    }
    return make('upper', second !== undefined && isLetter(second) ? run(isLowerLetter) : 1)
  }
  if (isLetter(first)) return make('letters', run(isLowerLetter))
  if (isNumber(first)) return make('number', run(isNumber))
  return make(
    'other',
    run((char) => !isConnector(char) && !isLetter(char) && !isNumber(char) && !isPunctuation(char)),
  )
}
