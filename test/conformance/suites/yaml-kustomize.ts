/** What kustomize wrote (sigs.k8s.io/yaml over JSON) is parsed and written again: the bytes must be the same. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeToJson, parseDocuments, stringifyYaml } from '../../../src/yaml/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

function* run(corpusDir: string, filter: (id: string) => boolean): Iterable<CaseResult> {
  for (const name of readdirSync(join(corpusDir, 'cases')).sort()) {
    const id = name.replace(/\.json$/, '')
    if (!filter(id)) continue
    const { expected } = JSON.parse(readFileSync(join(corpusDir, 'cases', name), 'utf8')) as { expected?: string }
    if (expected === undefined || expected === '') continue
    const { documents, problems } = parseDocuments(expected, { flavour: 'v2' })
    const again = documents.map((document) => stringifyYaml(nodeToJson(document.document).value)).join('---\n')
    const pass = problems.length === 0 && again === expected
    yield pass ? { id, pass } : { id, pass, detail: difference(expected, again) }
  }
}

function difference(expected: string, got: string): string {
  const a = expected.split('\n')
  const b = got.split('\n')
  const at = a.findIndex((line, i) => line !== b[i])
  return `line ${at + 1}\nexpected ${JSON.stringify(a[at])}\ngot      ${JSON.stringify(b[at])}`
}

export const suite: ConformanceSuite = { name: 'yaml-kustomize', corpus: 'conformance/kustomize', run }
