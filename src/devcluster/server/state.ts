import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { ApiServer, Change, Entry } from '../index.ts'

/** After this much log the state is written anew. */
const MAX_LOG = 32 * 1024 * 1024
/** Writes are gathered this long. */
const FLUSH_DELAY = 20

export interface PersistedState {
  /** Writes what is pending. */
  flush(): void
  close(): void
}

type Line = {
  readonly c: string
  readonly r: number
  readonly n: string
  readonly m: string
  readonly o?: Entry['object']
}

/**
 * Restores a server's state from a directory and keeps it there: a snapshot, and a log of every write since. A line that
 * a crash cut off is dropped with what follows it. Throws when the directory cannot be written.
 */
export function openState(dir: string, server: ApiServer): PersistedState {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const snapshotFile = join(dir, 'snapshot.jsonl')
  const logFile = join(dir, 'log.jsonl')
  restore(server, [snapshotFile, logFile])
  writeSnapshot(server, snapshotFile)
  let log = openSync(logFile, 'w', 0o600)
  let size = 0
  let pending: string[] = []
  let timer: NodeJS.Timeout | undefined

  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (pending.length === 0) return
    const text = pending.join('')
    pending = []
    appendFileSync(log, text)
    size += text.length
    if (size > MAX_LOG) renew()
  }
  /** A new snapshot first, then an empty log: a crash in between only repeats what the snapshot has. */
  const renew = (): void => {
    pending = []
    writeSnapshot(server, snapshotFile)
    closeSync(log)
    log = openSync(logFile, 'w', 0o600)
    size = 0
  }
  const restored = server.store.onRestore(renew)
  const subscription = server.store.onChange((change) => {
    pending.push(lineOf(change))
    timer ??= setTimeout(flush, FLUSH_DELAY)
  })
  return {
    flush,
    close: () => {
      subscription.dispose()
      restored.dispose()
      flush()
      closeSync(log)
    },
  }
}

function lineOf(change: Change): string {
  const { entry } = change
  const line: Line = {
    c: change.collection,
    r: change.revision,
    n: entry.namespace,
    m: entry.name,
    ...(change.type === 'DELETED' ? {} : { o: entry.object }),
  }
  return `${text(line)}\n`
}

/** Integers beyond 2^53 are marked, since JSON.parse would round them. */
function text(line: Line): string {
  return JSON.stringify(line, (_key, value: unknown) =>
    typeof value === 'bigint' ? { $int: value.toString() } : value,
  )
}

function parse(line: string): Line {
  if (!line.includes('"$int"')) return JSON.parse(line) as Line
  return JSON.parse(line, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('$int' in value) || Object.keys(value).length !== 1)
      return value
    return typeof value.$int === 'string' && /^-?[0-9]+$/.test(value.$int) ? BigInt(value.$int) : value
  }) as Line
}

function writeSnapshot(server: ApiServer, file: string): void {
  const { collections, revision } = server.snapshot().store
  const lines: string[] = [JSON.stringify({ revision })]
  for (const [name, entries] of collections) {
    for (const entry of entries)
      lines.push(text({ c: name, r: entry.revision, n: entry.namespace, m: entry.name, o: entry.object }))
  }
  const part = `${file}.part`
  writeFileSync(part, `${lines.join('\n')}\n`, { mode: 0o600 })
  const handle = openSync(part, 'r')
  fsyncSync(handle)
  closeSync(handle)
  renameSync(part, file)
}

function restore(server: ApiServer, files: readonly string[]): void {
  if (!existsSync(files[0]!)) return
  const collections = new Map<string, Map<string, Entry>>()
  let revision = 0
  for (const file of files) {
    if (!existsSync(file)) continue
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line === '') continue
      let item: Line & { readonly revision?: number }
      try {
        item = parse(line)
      } catch {
        break
      }
      if (item.revision !== undefined) {
        revision = Math.max(revision, item.revision)
        continue
      }
      revision = Math.max(revision, item.r)
      let entries = collections.get(item.c)
      if (entries === undefined) {
        entries = new Map()
        collections.set(item.c, entries)
      }
      const key = `${item.n}/${item.m}`
      if (item.o === undefined) entries.delete(key)
      else entries.set(key, { namespace: item.n, name: item.m, object: item.o, revision: item.r })
    }
  }
  server.restore({
    store: { revision, collections: new Map([...collections].map(([name, entries]) => [name, [...entries.values()]])) },
  })
}
