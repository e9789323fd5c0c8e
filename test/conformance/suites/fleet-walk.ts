import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { createFleet, type FleetKustomization } from '../../../src/fleet/index.ts'
import { createLinter } from '../../../src/lint/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import { readTarGz } from '../../support/tar.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

interface Golden {
  readonly cluster: string
  readonly kustomization: string
  readonly path: string
  readonly source?: { readonly dir?: string; readonly kind?: string; readonly name?: string }
  readonly reached: boolean
  readonly declaredIn?: string
  readonly skipped?: string
}

/**
 * What the fleet model finds in real fleets by itself: clusters, the Kustomizations that each reaches, with path, source
 * and parent. Besides, real fleets are clean: whatever else lint calls an error there must be true, so it is listed.
 */
export const suite: ConformanceSuite = {
  name: 'fleet-walk',
  corpus: 'fleets',
  *run(corpusDir, filter) {
    for (const file of readdirSync(corpusDir).sort()) {
      if (!file.endsWith('.goldens.json')) continue
      const name = file.slice(0, -'.goldens.json'.length)
      if (!filter(name) && !filter(`${name}/`)) continue
      const goldens = JSON.parse(readFileSync(join(corpusDir, file), 'utf8')) as Golden[]
      yield* runFleet(name, goldens, readFileSync(join(corpusDir, `${name}.tar.gz`)))
    }
  },
}

function* runFleet(name: string, goldens: readonly Golden[], archive: Uint8Array): Iterable<CaseResult> {
  const fs = new MemoryFileSystem()
  for (const [path, content] of readTarGz(archive)) fs.writeFile(`/${path.replace(/^\.?\//, '')}`, content)
  const registry = createSchemaRegistry()
  const fleet = createFleet({ fs, root: `/${name}`, registry })
  const found = new Map(
    fleet
      .kustomizations()
      .filter(({ cluster }) => cluster !== '-')
      .map((one) => [`${one.cluster}/${one.ref.namespace}/${one.ref.name}`, describe(one)]),
  )
  for (const golden of goldens) {
    if (!golden.reached) continue
    const id = `${golden.cluster}/${golden.kustomization}`
    const actual = found.get(id)
    const expected = describeGolden(golden)
    found.delete(id)
    yield {
      id: `${name}/${id}`,
      pass: actual === expected,
      detail: `expected ${expected}\ngot      ${actual ?? 'nothing'}`,
    }
  }
  yield { id: `${name}/nothing-else`, pass: found.size === 0, detail: [...found.keys()].join('\n') }
  const errors = [...createLinter(fleet, registry).lint()].flatMap(([path, problems]) =>
    // Old API versions are in these snapshots, and lint is right to say so.
    problems
      .filter(({ severity, code }) => severity === 'error' && code !== 'flux/removed-api-version')
      .map(({ code, message }) => `${path}: ${code}: ${message}`),
  )
  yield { id: `${name}/lint-is-silent`, pass: errors.length === 0, detail: errors.join('\n') }
}

function describe({ path, parent, source }: FleetKustomization): string {
  const where =
    source.type === 'directory' ? source.dir : source.type === 'generated' ? `artifact ${source.ref.name}` : source.type
  return `${clean(path)} of ${where} in ${parent?.split('/').slice(1).join('/') ?? 'bootstrap'}`
}

function describeGolden({ path, source, declaredIn, skipped }: Golden): string {
  const where = skipped === 'external source' ? 'external' : (source?.dir ?? `artifact ${source?.name}`)
  return `${clean(path)} of ${where} in ${declaredIn ?? 'bootstrap'}`
}

function clean(path: string): string {
  return path.replace(/^\.\//, '').replace(/\/$/, '') || '.'
}
