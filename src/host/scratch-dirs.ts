import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from './dev-clusters.ts'

/**
 * A temporary directory that belongs to this process: `<tmp>/fluxkit-<purpose>-<machine>-<pid>-<random>`. The name says
 * whose it is, so that `sweepScratchDirs` of a later process can tell what nobody will remove any more. The machine is in
 * it since containers may share a temporary directory, but not their process ids.
 */
export function makeScratchDir(purpose: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `${prefixOf(purpose)}${process.pid}-`)))
}

/**
 * Removes the directories that `makeScratchDir` made for this purpose, for this user and on this machine, in processes
 * that are gone: killed, they could not do it themselves. What cannot be removed is left for the next time.
 */
export function sweepScratchDirs(purpose: string): void {
  const prefix = prefixOf(purpose)
  const folder = tmpdir()
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix)) continue
    const pid = /^([1-9]\d*)-[0-9A-Za-z]{6}$/.exec(name.slice(prefix.length))?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) removeOwn(join(folder, name))
  }
}

function removeOwn(path: string): void {
  try {
    const stat = lstatSync(path)
    // Anybody may write into a temporary directory: no links, nothing of others.
    if (stat.isDirectory() && (process.getuid === undefined || stat.uid === process.getuid())) {
      rmSync(path, { recursive: true, force: true })
    }
  } catch (error) {
    // Another process may sweep at the same time, and a git that has lost its parent may still be writing.
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (!['ENOENT', 'ENOTEMPTY', 'EACCES', 'EPERM', 'EBUSY'].includes(code)) throw error
  }
}

function prefixOf(purpose: string): string {
  const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
  return `fluxkit-${purpose}-${machine}-`
}
