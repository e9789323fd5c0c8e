/**
 * Every YAML file of the fleets: our JSON equals that of the `yaml` package (YAML 1.1) where both accept, and what the
 * node emitter writes reads back as the same JSON.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { parseAllDocuments } from 'yaml'
import { decodeText, type JsonValue } from '../../../src/base/index.ts'
import { readTarGz } from '../../../src/source/index.ts'
import { emitNode, nodeToJson, parseDocuments, parseYaml } from '../../../src/yaml/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

const timestamp = 'tag:yaml.org,2002:timestamp'

function* run(corpusDir: string, filter: (id: string) => boolean): Iterable<CaseResult> {
  for (const archive of readdirSync(corpusDir).filter((name) => name.endsWith('.tar.gz'))) {
    const { value, problems } = readTarGz(readFileSync(join(corpusDir, archive)), (bytes, maxOutputLength) =>
      gunzipSync(bytes, { maxOutputLength }),
    )
    yield { id: archive, pass: problems.length === 0, detail: problems[0]?.message ?? '' }
    for (const { path, content } of value) {
      if (/\.ya?ml$/.test(path) && filter(path)) yield check(path, decodeText(content))
    }
  }
}

function check(id: string, text: string): CaseResult {
  const ours = parseYaml(text)
  const theirs = parseAllDocuments(text, {
    version: '1.1',
    schema: 'yaml-1.1',
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || tag.tag !== timestamp),
  })
  const theirErrors = Array.isArray(theirs) ? theirs.flatMap((document) => document.errors) : []
  if (ours.problems.length > 0 || theirErrors.length > 0) {
    const pass = ours.problems.length > 0 === theirErrors.length > 0 || isTemplate(id)
    return { id, pass, detail: ours.problems[0]?.message ?? theirErrors[0]?.message ?? '' }
  }
  const expected = Array.isArray(theirs)
    ? theirs.map((document) => document.toJS({ maxAliasCount: -1 }) as JsonValue)
    : []
  const equal = isDeepStrictEqual(present(ours.value), present(expected))
  return { id, pass: equal && emitsSame(text), detail: equal ? 'emitted text reads differently' : 'JSON differs' }
}

function emitsSame(text: string): boolean {
  return parseDocuments(text).documents.every(({ document }) => {
    const before = nodeToJson(document, { flavour: 'v3' }).value
    const again = parseDocuments(emitNode(document)).documents[0]
    return isDeepStrictEqual(before, again === undefined ? null : nodeToJson(again.document, { flavour: 'v3' }).value)
  })
}

/** Templates of charts are no YAML; parsers stop at different places. */
function isTemplate(path: string): boolean {
  return path.includes('/templates/')
}

function present(values: readonly JsonValue[]): JsonValue[] {
  return values.filter((value) => value !== null)
}

export const suite: ConformanceSuite = { name: 'yaml-fleets', corpus: 'fleets', run }
