import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getString, isObject, type JsonObject, joinPath, MemoryFileSystem } from '../../../src/base/index.ts'
import { artifactRequests, generateKustomization, type SourceTree, stageArtifact } from '../../../src/flux/index.ts'
import { build } from '../../../src/kustomize/index.ts'
import { selectArtifactFiles } from '../../../src/source/index.ts'
import { parseYaml } from '../../../src/yaml/index.ts'
import { readTarGz } from '../../support/tar.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'
import { difference } from './kustomize.ts'

interface Golden {
  readonly cluster: string
  readonly kustomization: string
  readonly path: string
  readonly source?: { readonly dir?: string; readonly kind?: string; readonly name?: string; readonly ignore?: string }
  readonly generated?: boolean
  readonly declaredIn?: string
  readonly spec?: JsonObject
  readonly expected?: string
  readonly expectedWithSpec?: string
  readonly error?: { readonly kind: string }
  readonly errorWithSpec?: { readonly kind: string }
}

/**
 * Every Flux Kustomization of real fleets, built from its directory: as it is, and with its spec merged into the
 * kustomization file as Flux does (`…/spec`).
 */
export const suite: ConformanceSuite = {
  name: 'fleets',
  corpus: 'fleets',
  *run(corpusDir, filter) {
    for (const name of readdirSync(corpusDir).sort()) {
      if (!name.endsWith('.goldens.json')) continue
      const fleet = name.slice(0, -'.goldens.json'.length)
      const goldens = JSON.parse(readFileSync(join(corpusDir, name), 'utf8')) as Golden[]
      const files = readTarGz(readFileSync(join(corpusDir, `${fleet}.tar.gz`)))
      const artifacts = new Artifacts(fleet, files)
      const seen = new Map<string, number>()
      for (const golden of goldens) {
        const base = `${fleet}/${golden.cluster}/${golden.kustomization}`
        const count = (seen.get(base) ?? 0) + 1
        seen.set(base, count)
        const id = count === 1 ? base : `${base}#${count}`
        if (filter(id)) yield* runGolden(id, golden, artifacts)
      }
    }
  },
}

const root = '/artifact'

function* runGolden(id: string, golden: Golden, artifacts: Artifacts): Iterable<CaseResult> {
  // Sources that are elsewhere have no golden.
  if (golden.source === undefined || golden.error?.kind === 'remote') return
  const fs = artifacts.open(golden)
  const plain = golden.generated === true ? { spec: { path: golden.path } } : undefined
  if (golden.expected !== undefined || golden.error !== undefined) {
    yield check(id, run(fs, golden.path, plain), golden.expected)
  }
  const withSpec = golden.expectedWithSpec ?? (golden.errorWithSpec === undefined ? golden.expected : undefined)
  if (golden.spec === undefined || (withSpec === undefined && golden.errorWithSpec === undefined)) return
  yield check(`${id}/spec`, run(fs, golden.path, { spec: { ...golden.spec, path: golden.path } }), withSpec)
}

interface Outcome {
  readonly text: string
  readonly message: string
}

/** Builds a directory; with a Kustomization, from the file that Flux generates for it. */
function run(fs: MemoryFileSystem, path: string, kustomization: JsonObject | undefined): Outcome {
  const options = { loadRestrictor: 'none', confineTo: root } as const
  try {
    if (kustomization === undefined) return outcome(build(joinPath(root, path), fs, options))
    const generated = generateKustomization({ fs, root, kustomization })
    const failure = generated.problems.find(({ severity }) => severity === 'error')
    if (failure !== undefined) return { text: '', message: failure.message }
    const { dir, path: file, text } = generated.value
    return outcome(build(dir, fs, { ...options, overrides: new Map([[file, text]]) }))
  } catch (error) {
    return { text: '', message: `threw ${(error as Error).stack}` }
  }
}

function outcome(built: ReturnType<typeof build>): Outcome {
  return { text: built.text(), message: built.problems.map(({ message }) => message).join('\n') }
}

function check(id: string, { text, message }: Outcome, expected: string | undefined): CaseResult {
  if (expected === undefined) return message === '' ? { id, pass: false, detail: 'should fail' } : { id, pass: true }
  if (message !== '') return { id, pass: false, detail: `failed: ${message}` }
  return text === expected ? { id, pass: true } : { id, pass: false, detail: difference(expected, text) }
}

/** The artifacts that the snapshots of a fleet stand for. */
class Artifacts {
  readonly #files: { readonly path: string; readonly content: Uint8Array }[]
  readonly #opened = new Map<string, MemoryFileSystem>()

  constructor(fleet: string, files: ReadonlyMap<string, Uint8Array>) {
    this.#files = [...files].map(([path, content]) => ({ path: path.slice(fleet.length + 1), content }))
  }

  open(golden: Golden): MemoryFileSystem {
    const { source, cluster } = golden
    const key = JSON.stringify([source, source?.kind === undefined ? '' : cluster])
    let fs = this.#opened.get(key)
    if (fs === undefined) {
      fs = source?.kind === 'ExternalArtifact' ? this.#generated(cluster, source.name ?? '') : this.#repository(source)
      this.#opened.set(key, fs)
    }
    return fs
  }

  #repository(source: Golden['source']): MemoryFileSystem {
    const dir = source?.dir === undefined || source.dir === '.' ? '' : `${source.dir}/`
    const inside = this.#files
      .filter(({ path }) => path.startsWith(dir) && path.length > dir.length)
      .map(({ path, content }) => ({ path: path.slice(dir.length), content }))
    const kept = selectArtifactFiles(inside, source?.ignore === undefined ? {} : { ignore: source.ignore })
    const fs = new MemoryFileSystem()
    fs.makeDir(root)
    for (const { path, content } of kept) fs.writeFile(joinPath(root, path), content)
    return fs
  }

  /** What an ArtifactGenerator of the cluster makes of the repository. */
  #generated(cluster: string, name: string): MemoryFileSystem {
    const tree: SourceTree = { fs: this.#repository({ dir: '.' }), root }
    const fs = new MemoryFileSystem()
    fs.makeDir(root)
    for (const { path, content } of this.#files) {
      if (!path.includes(`/${cluster}/`) || !/\.ya?ml$/.test(path)) continue
      for (const object of parseYaml(new TextDecoder().decode(content)).value) {
        if (!isObject(object) || getString(object, 'kind') !== 'ArtifactGenerator') continue
        const spec = object['spec'] as JsonObject
        const sources = new Map((spec['sources'] as JsonObject[]).map((one) => [getString(one, 'alias') ?? '', tree]))
        const request = artifactRequests(spec, sources).find((one) => one.name === name)
        if (request === undefined) continue
        for (const file of stageArtifact(request.copy, sources).files()) {
          fs.writeFile(joinPath(root, file.path), file.content)
        }
      }
    }
    return fs
  }
}
