import { GoFloat, GoInt, parseDotFloat, parseNumber } from './numbers.ts'
import { timestampToRfc3339 } from './timestamp.ts'

/**
 * Which of Go's YAML packages decides what a scalar is: `v3` is go.yaml.in/yaml/v3 (kustomize); `v2` is the yaml.v2 that
 * sigs.k8s.io/yaml uses (kubectl, Helm, the controllers), where also yes/no/on/off/y/n are booleans.
 */
export type YamlFlavour = 'v2' | 'v3'

/** What a scalar stands for, before numbers are made JavaScript's. */
export type ScalarValue = null | boolean | string | GoInt | GoFloat

const longPrefix = 'tag:yaml.org,2002:'

/** `tag:yaml.org,2002:str` → `!!str`; other tags are left as they are. */
export function shortTag(tag: string): string {
  return tag.startsWith(longPrefix) ? `!!${tag.slice(longPrefix.length)}` : tag
}

/** `!!str` → `tag:yaml.org,2002:str`; other tags are left as they are. */
export function longTag(tag: string): string {
  return tag.startsWith('!!') ? longPrefix + tag.slice(2) : tag
}

interface Word {
  readonly tag: string
  readonly value: ScalarValue
}

const words: ReadonlyMap<string, Word> = makeWords()
const v2Words: ReadonlyMap<string, Word> = makeV2Words()

function makeWords(): Map<string, Word> {
  const out = new Map<string, Word>()
  const add = (tag: string, value: ScalarValue, texts: string): void => {
    for (const text of texts.split(' ')) out.set(text, { tag, value })
  }
  add('!!bool', true, 'true True TRUE')
  add('!!bool', false, 'false False FALSE')
  add('!!null', null, '~ null Null NULL')
  out.set('', { tag: '!!null', value: null })
  add('!!float', new GoFloat(Number.NaN), '.nan .NaN .NAN')
  add('!!float', new GoFloat(Number.POSITIVE_INFINITY), '.inf .Inf .INF +.inf +.Inf +.INF')
  add('!!float', new GoFloat(Number.NEGATIVE_INFINITY), '-.inf -.Inf -.INF')
  return out
}

function makeV2Words(): Map<string, Word> {
  const out = makeWords()
  for (const text of 'y Y yes Yes YES on On ON'.split(' ')) out.set(text, { tag: '!!bool', value: true })
  for (const text of 'n N no No NO off Off OFF'.split(' ')) out.set(text, { tag: '!!bool', value: false })
  return out
}

/** 0: a string; 1: perhaps a word; 2: a digit; 3: a sign; 4: a dot; by the first character. */
const hints: Uint8Array = makeHints()

function makeHints(): Uint8Array {
  const out = new Uint8Array(128)
  for (const c of 'yYnNtTfFoO~') out[c.charCodeAt(0)] = 1
  for (const c of '0123456789') out[c.charCodeAt(0)] = 2
  for (const c of '+-') out[c.charCodeAt(0)] = 3
  out['.'.charCodeAt(0)] = 4
  return out
}

function hintOf(text: string): number {
  const c = text.charCodeAt(0)
  return c < 128 ? hints[c]! : 0
}

/** True for plain text that is a string whatever follows its first characters; false says nothing. */
export function isSurelyText(text: string): boolean {
  const hint = hintOf(text)
  return (hint === 0 && text !== '') || (hint === 1 && text.length > 5)
}

/** The tag of a plain scalar without one, as yaml.v3 resolves it. Source: go-yaml resolve.go. */
export function resolveTag(text: string): string {
  if (text === '') return '!!null'
  // Asked for every plain scalar and key: most are told by their first character.
  const c = text.charCodeAt(0)
  const hint = c < 128 ? hints[c]! : 0
  if (hint === 0) return '!!str'
  // The longest word has five letters.
  if (hint !== 2 && text.length <= 5) {
    const word = words.get(text)
    if (word !== undefined) return word.tag
  }
  if (hint === 1) return '!!str'
  const number = hint === 4 ? parseDotFloat(text) : parseNumber(text)
  if (number !== undefined) return number instanceof GoInt ? '!!int' : '!!float'
  return hint === 2 && timestampToRfc3339(text) !== undefined ? '!!timestamp' : '!!str'
}

/** What a scalar resolves to: its tag and value; a timestamp's value is its text in v2, RFC 3339 in v3. */
export interface Resolved {
  readonly tag: string
  readonly value: ScalarValue
}

/**
 * Resolves scalar text under a tag (`''`: none given) as go-yaml does.
 * Returns the error text when the value is not what the tag says.
 */
export function resolveText(text: string, tag: string, flavour: YamlFlavour): Resolved | string {
  switch (tag) {
    case '':
      return resolvePlain(text, flavour, true)
    case '!!str':
      return { tag, value: text }
    case '!!bool':
    case '!!int':
    case '!!float':
    case '!!null':
    case '!!timestamp': {
      const found = resolvePlain(text, flavour, tag === '!!timestamp')
      if (found.tag === tag) return found
      if (tag === '!!float' && found.value instanceof GoInt) {
        return { tag, value: new GoFloat(Number(found.value.int)) }
      }
      return `cannot decode ${found.tag} \`${text}\` as a ${tag}`
    }
    default:
      return { tag, value: text }
  }
}

function resolvePlain(text: string, flavour: YamlFlavour, timestamps: boolean): Resolved {
  const hint = text === '' ? 1 : hintOf(text)
  if (hint === 0) return { tag: '!!str', value: text }
  if (hint !== 2 && text.length <= 5) {
    const word = (flavour === 'v2' ? v2Words : words).get(text)
    if (word !== undefined) return word
  }
  if (hint === 1) return { tag: '!!str', value: text }
  const number = hint === 4 ? parseDotFloat(text) : parseNumber(text)
  if (number !== undefined) return { tag: number instanceof GoInt ? '!!int' : '!!float', value: number }
  if (hint === 2 && timestamps) {
    const time = timestampToRfc3339(text)
    if (time !== undefined) return { tag: '!!timestamp', value: flavour === 'v2' ? text : time }
  }
  return { tag: '!!str', value: text }
}
