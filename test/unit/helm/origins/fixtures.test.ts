import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LineMap } from '../../../../src/base/index.ts'
import type { FieldOrigin, ValuePath, ValueRead } from '../../../../src/helm/index.ts'
import { parseDocuments, pathAt } from '../../../../src/yaml/index.ts'
import { makeChart, traced } from '../support.ts'

/**
 * Charts with what they render to. A comment below a line says where the marked text comes from:
 * `# ^^^ FILE:LINE:COLUMN > … | values: PATH … | objects: TEXT … | when: PATH …`, checked by hand against the templates.
 */
const folder = join(import.meta.dirname, 'fixtures')

describe.each(readdirSync(folder))('%s', (name) => {
  const sections = readFileSync(join(folder, name), 'utf8')
    .split(/^=== /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)] as const)
  const files = Object.fromEntries(sections.filter(([title]) => !title.startsWith('origins ')))
  const rendered = traced(makeChart(files))

  test.each(sections.filter(([title]) => title.startsWith('origins ')))('%s', (title, expected) => {
    const file = title.slice('origins '.length)
    const manifest = rendered.manifests.find(({ path }) => path.endsWith(`/${file}`))!
    const { text, marks } = readMarks(expected)
    expect(`${manifest.content}\n`).toBe(text)
    const root = parseDocuments(text).documents[0]!.root!
    const origins = rendered.trace!.document(manifest)!
    const lines = new LineMap(text)
    const found = marks.map(({ line, from, comment }) => {
      const { path } = pathAt(root, lines.offsetAt({ line, character: from }))!
      return `${path.join('.')} ${shown(origins.of(path), comment)}`
    })
    expect(found).toEqual(
      marks.map(({ line, from, comment }) => {
        const { path } = pathAt(root, lines.offsetAt({ line, character: from }))!
        return `${path.join('.')} ${comment}`
      }),
    )
  })
})

interface Mark {
  readonly line: number
  readonly from: number
  readonly comment: string
}

function readMarks(expected: string): { text: string; marks: Mark[] } {
  const kept: string[] = []
  const marks: Mark[] = []
  for (const line of expected.split('\n')) {
    const match = /^( *#\s*)(\^+) (.*)$/.exec(line)
    if (match === null) kept.push(line)
    else marks.push({ line: kept.length - 1, from: match[1]!.length, comment: match[3]! })
  }
  return { text: kept.join('\n'), marks }
}

/** The origin in the words of the comments; the conditions only where the comment names some. */
function shown(origin: FieldOrigin | undefined, comment: string): string {
  if (origin === undefined) return 'none'
  const places = [origin.template, ...origin.through].map(
    ({ file, line, column }) => `${file.split('/').at(-1)}:${line}:${column}`,
  )
  const paths = (reads: readonly ValueRead[]): string => [...new Set(reads.map(({ path }) => text(path)))].join(' ')
  const parts = [
    places.join(' > '),
    ...(origin.values.length > 0 ? [`values: ${paths(origin.values)}`] : []),
    ...(origin.objects.length > 0 ? [`objects: ${origin.objects.map((each) => each.text).join(' ')}`] : []),
    ...(origin.conditions.length > 0 && comment.includes('when:') ? [`when: ${paths(origin.conditions)}`] : []),
    ...(origin.guess ? ['guess'] : []),
  ]
  return parts.join(' | ')
}

function text(path: ValuePath): string {
  return path.join('.')
}
