import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { build, type KustomizeOptions } from '../../../src/kustomize/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

interface Case {
  readonly id: string
  readonly files: Readonly<Record<string, string>>
  readonly filesBase64?: Readonly<Record<string, string>>
  readonly root: string
  readonly options?: { loadRestrictor?: string; reorder?: string; managedByLabel?: boolean }
  readonly expected?: string
  readonly error?: string
}

/** Every case of `kustomize build`: the bytes of its output, or that it fails. */
export const suite: ConformanceSuite = {
  name: 'kustomize',
  corpus: 'conformance/kustomize',
  *run(corpusDir, filter) {
    const dir = join(corpusDir, 'cases')
    for (const name of readdirSync(dir).sort()) {
      const id = name.replace(/\.json$/, '')
      if (!filter(id)) continue
      yield runCase(id, JSON.parse(readFileSync(join(dir, name), 'utf8')) as Case)
    }
  },
}

const top = '/case'

function runCase(id: string, test: Case): CaseResult {
  const fs = new MemoryFileSystem()
  fs.makeDir(join(top, test.root))
  for (const [path, text] of Object.entries(test.files)) fs.writeFile(join(top, path), text)
  for (const [path, text] of Object.entries(test.filesBase64 ?? {})) {
    fs.writeFile(join(top, path), new Uint8Array(Buffer.from(text, 'base64')))
  }
  const options: KustomizeOptions = {
    ...(test.options?.loadRestrictor === 'LoadRestrictionsNone' ? { loadRestrictor: 'none' } : {}),
    ...(test.options?.reorder === 'none' ? { reorder: 'none' } : {}),
    ...(test.options?.managedByLabel === true ? { managedByLabel: true } : {}),
  }
  let text: string
  let message: string
  try {
    const result = build(join(top, test.root), fs, options)
    text = result.text()
    message = result.problems.map((problem) => problem.message).join('\n')
  } catch (error) {
    return { id, pass: false, detail: `threw ${(error as Error).stack}` }
  }
  if (test.error !== undefined) {
    return message !== '' ? { id, pass: true } : { id, pass: false, detail: `should fail: ${test.error}` }
  }
  if (message !== '') return { id, pass: false, detail: `failed: ${message}` }
  const expected = (test.expected ?? '').replaceAll('kustomize-$VERSION', 'kustomize-v5.8.1')
  return text === expected ? { id, pass: true } : { id, pass: false, detail: difference(expected, text) }
}

/** The first lines that differ. */
export function difference(expected: string, actual: string): string {
  const left = expected.split('\n')
  const right = actual.split('\n')
  let i = 0
  while (i < left.length && left[i] === right[i]) i++
  const show = (lines: string[]): string => lines.slice(Math.max(0, i - 2), i + 4).join('\n')
  return `line ${i + 1}, expected:\n${show(left)}\nactual:\n${show(right)}`
}
