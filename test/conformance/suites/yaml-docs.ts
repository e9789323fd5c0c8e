/** The documentation's manifests: our JSON equals that of the `yaml` package (YAML 1.1 schema) where both accept. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { parseYaml } from '../../../src/yaml/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

interface Example {
  readonly id: string
  readonly parses: boolean
  readonly yaml: string
}

function* run(corpusDir: string, filter: (id: string) => boolean): Iterable<CaseResult> {
  for (const name of readdirSync(corpusDir).filter((file) => file.endsWith('.json'))) {
    const examples = JSON.parse(readFileSync(join(corpusDir, name), 'utf8')) as Example[]
    for (const example of examples) {
      if (typeof example.yaml === 'string' && filter(example.id)) yield check(example)
    }
  }
}

// Timestamps are text to Kubernetes.
const timestamp = 'tag:yaml.org,2002:timestamp'

function check(example: Example): CaseResult {
  const ours = parseYaml(example.yaml)
  const accepted = ours.problems.length === 0
  if (accepted !== example.parses) {
    return { id: example.id, pass: false, detail: `parses: ${accepted}, ${ours.problems[0]?.message ?? ''}` }
  }
  const theirs = parseAllDocuments(example.yaml, {
    version: '1.1',
    schema: 'yaml-1.1',
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || tag.tag !== timestamp),
  })
  if (!Array.isArray(theirs) || theirs.some((document) => document.errors.length > 0) || !accepted) {
    return { id: example.id, pass: true }
  }
  const values = theirs.filter((document) => document.contents !== null).map((document) => document.toJS() as unknown)
  const pass = isDeepStrictEqual(
    values.filter((value) => value !== null),
    ours.value.filter((value) => value !== null),
  )
  return { id: example.id, pass, detail: `${JSON.stringify(values)}\n${JSON.stringify(ours.value)}` }
}

export const suite: ConformanceSuite = { name: 'yaml-docs', corpus: 'docs-examples', run }
