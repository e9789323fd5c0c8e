import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDir } from './cache-dir.ts'

/** What is known of a dev cluster that was started by this user: enough to find and stop it. */
export interface ClusterRecord {
  readonly name: string
  readonly pid: number
  readonly url: string
  readonly kubeconfig: string
}

/** The folder of the records and default kubeconfig files of dev clusters. */
export function clustersDir(env: NodeJS.ProcessEnv): string {
  return join(cacheDir(env), 'clusters')
}

/** Writes a cluster's record; readable by the user alone. */
export function writeRecord(env: NodeJS.ProcessEnv, record: ClusterRecord): void {
  mkdirSync(clustersDir(env), { recursive: true, mode: 0o700 })
  writeFileSync(recordPath(env, record.name), `${JSON.stringify(record)}\n`, { mode: 0o600 })
}

/** Forgets a cluster, unless another process has taken its name since. */
export function removeRecord(env: NodeJS.ProcessEnv, name: string, pid: number): void {
  if (readRecord(env, name)?.pid === pid) rmSync(recordPath(env, name), { force: true })
}

/** The record of a running cluster; one whose process is gone counts as none. */
export function readRecord(env: NodeJS.ProcessEnv, name: string): ClusterRecord | undefined {
  let text: string
  try {
    text = readFileSync(recordPath(env, name), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const record = JSON.parse(text) as ClusterRecord
  return isAlive(record.pid) ? record : undefined
}

/** The records of all running clusters, by name. */
export function listRecords(env: NodeJS.ProcessEnv): ClusterRecord[] {
  let names: string[]
  try {
    names = readdirSync(clustersDir(env))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readRecord(env, name.slice(0, -'.json'.length)))
    .filter((record) => record !== undefined)
}

/** True while a process with that id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function recordPath(env: NodeJS.ProcessEnv, name: string): string {
  return join(clustersDir(env), `${name}.json`)
}
