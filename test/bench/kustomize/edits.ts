/**
 * What a one-line edit costs in the fleet model: every leaf of a real fleet is edited in turn. Prints the CPU time as a
 * part of our own cold build, whether the work counters equal the exact reverse closure, and peak memory.
 *
 *   node test/bench/kustomize/edits.ts [fleet]
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { createFleet, type Fleet } from '../../../src/fleet/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import { readTarGz } from '../../support/tar.ts'

const shared = resolve(dirname(fileURLToPath(import.meta.url)), '../../../../shared')
const name = process.argv[2] ?? 'diaoul-home-ops'
const archive = `${shared}/fleets/${name}.tar.gz`

if (!existsSync(archive)) console.log(`${name}: absent`)
else {
  const files = [...readTarGz(readFileSync(archive))].map(([path, content]) => [`/${path}`, content] as const)
  const cold = median(
    Array.from({ length: 5 }, () => seconds(() => openFleet(files).settle())).slice(1), // the first warms the code
  )
  const fleet = openFleet(files)
  fleet.settle()
  const leaves = leavesOf(fleet)
  const times: number[] = []
  let exact = 0
  for (const path of leaves) {
    const text = fleet.file(path)!.text
    const expected = [...fleet.affectedBy(path)].sort()
    let rebuilt: readonly string[] = []
    let parsed = 0
    times.push(
      seconds(() => {
        const summary = fleet.update([
          { path, text: text.replace(/^metadata:$/m, 'metadata:\n  generateName: edited-') },
        ])
        rebuilt = [...summary.rebuilt].sort()
        parsed = summary.filesParsed
      }),
    )
    if (parsed === 1 && JSON.stringify(rebuilt) === JSON.stringify(expected)) exact++
    fleet.update([{ path, text }])
  }
  const edit = median(times)
  console.log(`${name}: cold ${cold.toFixed(3)} CPU s, ${fleet.kustomizations().length} Kustomizations`)
  console.log(`one-line edit: ${(edit * 1000).toFixed(2)} CPU ms median, 1/${Math.round(cold / edit)} of cold`)
  console.log(`work counters equal to the reverse closure: ${exact} of ${leaves.length} edits`)
  console.log(`peak memory: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`)
}

function openFleet(files: readonly (readonly [string, Uint8Array])[]): Fleet {
  return createFleet({ root: `/${name}`, fs: new MemoryFileSystem(files), registry: createSchemaRegistry() })
}

/** Files that exactly one Kustomization reads and that declare no Kustomization or build of their own. */
function leavesOf(fleet: Fleet): string[] {
  return fleet
    .files()
    .filter(
      (file) =>
        file.objects.length > 0 && !file.objects.some((object) => /Kustomization|Component/.test(object.ref.kind)),
    )
    .map((file) => file.path)
    .filter((path) => fleet.affectedBy(path).length === 1)
}

function seconds(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
}
