import { basename, decodeText, encodeText } from '../../base/index.ts'
import { fail, withPrefix } from '../errors.ts'
import type { GeneratorArgs } from '../kustomization.ts'
import type { Loader } from '../loader.ts'

/** A value of a ConfigMap or Secret, with the file that it is, or comes from. */
export interface KeyValue {
  readonly bytes: Uint8Array
  readonly path?: string
}

/** Reads the sources of a generator: env files, then literals, then files (api/kv). A key may come only once. */
export function loadKeyValues(loader: Loader, args: GeneratorArgs): Map<string, KeyValue> {
  const out = new Map<string, KeyValue>()
  const add = (key: string, value: KeyValue): void => {
    if (out.has(key)) fail(`configmap ${args.name} illegally repeats the key \`${key}\``)
    out.set(key, value)
  }
  const pairs: [string, KeyValue][] = []
  withPrefix('loading KV pairs', () => {
    const envs = args.envs ?? []
    withPrefix(`env source files: [${envs.join(' ')}]`, () => {
      for (const path of envs) pairs.push(...envFile(loader, path))
    })
    const literals = args.literals ?? []
    withPrefix(`literal sources [${literals.join(' ')}]`, () => {
      for (const literal of literals) pairs.push(parseLiteral(literal))
    })
    const files = args.files ?? []
    withPrefix(`file sources: [${files.join(' ')}]`, () => {
      for (const source of files) {
        const [key, path] = parseFileSource(source)
        pairs.push([key, { bytes: loader.load(path), path: loader.absolute(path) }])
      }
    })
  })
  for (const [key, value] of pairs) add(key, value)
  return out
}

function envFile(loader: Loader, path: string): [string, KeyValue][] {
  const bytes = loader.load(path)
  const text = decodeText(bytes)
  if (text.includes('\ufffd') && encodeText(text).length !== bytes.length) fail('line has invalid utf8 bytes')
  const out: [string, KeyValue][] = []
  // The rules of bufio.ScanLines: a final newline ends the last line, and `\r` before a newline is dropped.
  const lines = text.split('\n')
  if (lines[lines.length - 1] === '') lines.pop()
  lines.forEach((raw, i) => {
    let line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    if (i === 0 && line.startsWith('\ufeff')) line = line.slice(1)
    line = line.replace(/^[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/, '')
    if (line === '' || line.startsWith('#')) return
    const equals = line.indexOf('=')
    const key = equals < 0 ? line : line.slice(0, equals)
    if (key === '') return
    out.push([key, { bytes: encodeText(equals < 0 ? '' : line.slice(equals + 1)), path: loader.absolute(path) }])
  })
  return out
}

function parseLiteral(literal: string): [string, KeyValue] {
  const equals = literal.indexOf('=')
  if (equals <= 0) fail(`invalid literal source ${literal}, expected key=value`)
  return [literal.slice(0, equals), { bytes: encodeText(withoutQuotes(literal.slice(equals + 1))) }]
}

function withoutQuotes(text: string): string {
  const quote = text[0]
  if (text.length < 2 || quote !== text[text.length - 1] || (quote !== '"' && quote !== "'")) return text
  return text.slice(1, -1)
}

/** `key=path`, or a path whose base name is the key. */
function parseFileSource(source: string): [string, string] {
  const parts = source.split('=')
  if (parts.length === 1) return [basename(source), source]
  if (parts.length > 2) fail(`source "${source}" key name or file path contains '='`)
  if (parts[0] === '') fail(`missing key name for file path "${parts[1]}" in source "${source}"`)
  if (parts[1] === '') fail(`missing file path for key name "${parts[0]}" in source "${source}"`)
  return [parts[0]!, parts[1]!]
}
