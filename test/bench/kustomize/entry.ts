import { nodeFileSystem } from '../../../src/host/file-system.ts'
import { build } from '../../../src/kustomize/index.ts'

for (const root of process.argv.slice(2)) {
  const result = build(root, nodeFileSystem, { loadRestrictor: 'none' })
  process.stdout.write(result.text())
  for (const problem of result.problems) process.stderr.write(`Error: ${problem.message}\n`)
}
