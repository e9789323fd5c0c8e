import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { extraDoors, layers, nodeAllowed } from '../support/layers.ts'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

interface Import {
  readonly from: string
  readonly specifier: string
  /** Path below the root for relative imports. */
  readonly target: string | undefined
}

const files = [...walk(join(root, 'src')), ...walk(join(root, 'webview'))].filter((file) => /\.tsx?$/.test(file))
const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8')
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  )
  return [...found].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? ''
    const target = specifier.startsWith('.') ? relative(root, resolve(root, dirname(file), specifier)) : undefined
    return { from: file, specifier, target }
  })
})

test('the check looked at the whole source', () => {
  const modules = new Set(files.map(moduleOf))
  expect(files.length).toBeGreaterThan(100)
  expect(imports.length).toBeGreaterThan(files.length)
  for (const module of Object.keys(layers)) {
    if (module !== 'gotemplate' && module !== 'helm')
      expect([...modules], `module ${module} has no file`).toContain(module)
  }
})

test('every import follows the layer table', () => {
  const wrong = imports
    .filter(({ from, target }) => {
      if (target === undefined) return false
      const a = moduleOf(from)
      const b = moduleOf(target)
      return a !== b && !layers[a]?.includes(b)
    })
    .map(({ from, specifier }) => `${from} imports ${specifier}`)
  expect(wrong).toEqual([])
})

test('other modules are entered by their door only', () => {
  const wrong = imports
    .filter(({ from, target }) => {
      if (target === undefined || moduleOf(from) === moduleOf(target)) return false
      return !/^(src\/[a-z]+|webview\/[a-z]+)\/index\.ts$/.test(target) && !extraDoors.includes(target)
    })
    .map(({ from, specifier }) => `${from} imports ${specifier}`)
  expect(wrong).toEqual([])
})

test('only the edges touch Node, only the extension touches vscode', () => {
  const wrong = imports
    .filter(({ from, specifier }) => {
      if (specifier.startsWith('node:')) return !nodeAllowed.some((folder) => from.startsWith(folder))
      return specifier === 'vscode' && !from.startsWith('src/extension/')
    })
    .map(({ from, specifier }) => `${from} imports ${specifier}`)
  expect(wrong).toEqual([])
})

test('there is no import cycle', () => {
  // Type-only imports are erased and make no cycle at run time.
  const edges = new Map<string, string[]>()
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8')
    const targets = [...text.matchAll(/^\s*(import|export)\b(?!\s+type\b)([^'"`;]*?)\bfrom\s*'(\.[^']+)'/gm)]
      .filter((match) => !/^\s*\{\s*(type\s+\w+(\s+as\s+\w+)?\s*,?\s*)+\}\s*$/.test(match[2] ?? ''))
      .map((match) => relative(root, resolve(root, dirname(file), match[3]!)))
    edges.set(file, targets)
  }
  expect(findCycle(edges)).toBeUndefined()
})

function moduleOf(file: string): string {
  const parts = file.split('/')
  return parts[0] === 'src' ? parts[1]! : parts[0]!
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? walk(path) : [relative(root, path)]
  })
}

function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  const stack: string[] = []
  const visit = (file: string): string[] | undefined => {
    if (stack.includes(file)) return [...stack.slice(stack.indexOf(file)), file]
    if (done.has(file)) return undefined
    stack.push(file)
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next)
      if (cycle !== undefined) return cycle
    }
    stack.pop()
    done.add(file)
    return undefined
  }
  for (const file of edges.keys()) {
    const cycle = visit(file)
    if (cycle !== undefined) return cycle
  }
  return undefined
}
