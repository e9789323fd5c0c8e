import { expect } from 'vitest'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { build, type KustomizeBuild, type KustomizeOptions } from '../../../src/kustomize/index.ts'

/** Files in the fixture language: `#- path` starts a file. The first path's directory is built, below `/r`. */
export function filesOf(fixture: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const part of fixture.split(/^#- /m).slice(1)) {
    const newline = part.indexOf('\n')
    files.set(part.slice(0, newline).trim(), part.slice(newline + 1))
  }
  return files
}

/** Builds a fixture. */
export function buildFixture(fixture: string, options: KustomizeOptions = {}): KustomizeBuild {
  const files = filesOf(fixture)
  const fs = new MemoryFileSystem([...files].map(([path, text]) => [`/r/${path}`, text]))
  const first = [...files.keys()][0]!
  return build(`/r/${first.slice(0, Math.max(0, first.lastIndexOf('/')))}`, fs, options)
}

/** Builds a fixture and compares the output. */
export function checkBuild(fixture: string, expected: string, options: KustomizeOptions = {}): void {
  const built = buildFixture(fixture, options)
  expect(built.problems).toEqual([])
  expect(built.text()).toBe(expected.replace(/^\n/, ''))
}

/** Builds a fixture that is wrong, and looks for parts of the message. */
export function checkFailure(fixture: string, message: string | RegExp, options: KustomizeOptions = {}): void {
  const built = buildFixture(fixture, options)
  expect(built.objects).toEqual([])
  expect(built.problems.map((problem) => problem.message).join('\n')).toMatch(message)
}
