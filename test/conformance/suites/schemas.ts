import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject } from '../../../src/base/index.ts'
import { builtinResources, createSchemaRegistry } from '../../../src/schema/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

interface SmdField {
  readonly name: string
}

/**
 * ../shared/conformance/schemas is facts, not cases: for every built-in kind that the dev cluster serves, the fields of
 * its type in that corpus must be the fields of our generated schema.
 */
export const suite: ConformanceSuite = {
  name: 'schemas',
  corpus: 'conformance/schemas',
  *run(corpusDir, filter) {
    const corpus: unknown = JSON.parse(readFileSync(join(corpusDir, 'builtin-kinds-1.36.json'), 'utf8'))
    const fields = fieldsByType(corpus)
    const registry = createSchemaRegistry()
    for (const resource of builtinResources()) {
      const { group, version, kind } = resource
      const id = `${group === '' ? 'core' : group}/${version}/${kind}`
      const type = registry.typeName({ group, version, kind })
      const wanted = type === undefined ? undefined : fields.get(type)
      if (wanted === undefined || !filter(id)) continue
      yield compare(id, wanted, Object.keys(registry.forKind({ group, version, kind })?.properties ?? {}))
    }
  },
}

function compare(id: string, wanted: readonly string[], got: readonly string[]): CaseResult {
  const missing = wanted.filter((name) => !got.includes(name))
  const extra = got.filter((name) => !wanted.includes(name))
  const pass = missing.length === 0 && extra.length === 0
  return { id, pass, detail: `missing: ${missing.join(', ')}; not in the corpus: ${extra.join(', ')}` }
}

function fieldsByType(corpus: unknown): Map<string, string[]> {
  const types = isObject(corpus) ? corpus['types'] : undefined
  const out = new Map<string, string[]>()
  if (!Array.isArray(types)) return out
  for (const type of types) {
    if (!isObject(type) || !isObject(type['map'])) continue
    const list = type['map']['fields']
    if (Array.isArray(list))
      out.set(
        String(type['name']),
        (list as unknown as SmdField[]).map(({ name }) => name),
      )
  }
  return out
}
