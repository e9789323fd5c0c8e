import type { Disposable } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { OutputForm } from '../http/content.ts'
import { ApiError } from '../http/errors.ts'
import { writeJson } from '../http/json.ts'
import type { ListQuery } from '../http/query.ts'
import type { ApiStream, StreamSink } from '../http/types.ts'
import type { Machine } from '../operations/machine.ts'
import { type ResourceType, versionOf } from '../resources/types.ts'
import type { Change, Entry } from '../store/store.ts'
import { candidates, parseRevision, tooLargeVersion } from './list.ts'
import { checkWatchOptions } from './options.ts'
import { renderEvent } from './render.ts'
import { parseSelection, type Selection } from './selection.ts'

const BOOKMARK_INTERVAL = 60_000
const DEFAULT_TIMEOUT = 45 * 60_000

/** What one watch looks at. */
export interface WatchRequest {
  readonly type: ResourceType
  readonly namespace: string | undefined
  readonly query: ListQuery
  readonly form: OutputForm
}

interface Watcher {
  readonly request: WatchRequest
  readonly selection: Selection
  readonly sink: StreamSink
  headed: boolean
  stop(): void
}

/** Hands every write to the watches that look at it; the text of an event is made once for all watches alike. */
export class WatchHub {
  readonly #machine: Machine
  readonly #byCollection = new Map<string, Set<Watcher>>()

  constructor(machine: Machine) {
    this.#machine = machine
    machine.store.onChange((change) => this.#dispatch(change))
  }

  /** How many watches are open. */
  get size(): number {
    let count = 0
    for (const watchers of this.#byCollection.values()) count += watchers.size
    return count
  }

  /** Opens a watch. Throws `ApiError` for options that make no sense. */
  open(request: WatchRequest): ApiStream {
    checkWatchOptions(request.query)
    const selection = parseSelection(request.type, request.query.labelSelector, request.query.fieldSelector)
    const { resourceVersion } = request.query
    const from = resourceVersion === '' ? 0 : parseRevision(resourceVersion, true)
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' },
      start: (sink) => this.#start(request, selection, from, sink),
    }
  }

  /** Ends every watch: the state was replaced, or the server stops. */
  closeAll(): void {
    for (const watchers of [...this.#byCollection.values()]) for (const watcher of [...watchers]) watcher.stop()
  }

  /** Ends the watches of a resource that is no longer served. */
  closeCollection(collection: string): void {
    for (const watcher of [...(this.#byCollection.get(collection) ?? [])]) watcher.stop()
  }

  #start(request: WatchRequest, selection: Selection, from: number, sink: StreamSink): Disposable {
    const { query, type } = request
    const { clock, store } = this.#machine
    let watchers = this.#byCollection.get(type.collection)
    if (watchers === undefined) {
      watchers = new Set()
      this.#byCollection.set(type.collection, watchers)
    }
    const group = watchers
    const timers: Disposable[] = []
    let open = true
    const close = (): void => {
      if (!open) return
      open = false
      for (const timer of timers) timer.dispose()
      group.delete(watcher)
    }
    const watcher: Watcher = {
      request,
      selection,
      sink,
      headed: true,
      stop: () => {
        if (!open) return
        close()
        sink.end()
      },
    }
    const initial = query.sendInitialEvents === true || (from === 0 && query.sendInitialEvents === undefined)
    const missed = initial ? [] : store.changesSince(from === 0 ? store.revision : from)
    const early = query.sendInitialEvents === true && from > store.revision
    if (missed === undefined || early) {
      const refusal = early
        ? tooLargeVersion(from, store.revision)
        : new ApiError(410, 'Expired', `too old resource version: ${from} (${store.compacted})`)
      sink.write(`{"type":"ERROR","object":${writeJson(refusal.toStatus())}}\n`)
      close()
      sink.end()
      return { dispose: close }
    }
    if ((query.timeoutSeconds ?? 0) < 0) {
      // The time was over before it began.
      close()
      sink.end()
      return { dispose: close }
    }
    if (initial) this.#sendState(watcher)
    else for (const change of missed) if (change.collection === type.collection) this.#offer(watcher, change, undefined)
    // Also where the state was not asked for by name: any watch from the beginning that takes bookmarks.
    if (initial && query.allowBookmarks) this.#bookmark(watcher, true)
    if (!open) return { dispose: close }
    group.add(watcher)
    if (query.allowBookmarks) {
      const tick = (): void => {
        this.#bookmark(watcher, false)
        if (open) timers[1] = clock.after(BOOKMARK_INTERVAL, tick)
      }
      timers[1] = clock.after(BOOKMARK_INTERVAL, tick)
    }
    const seconds = query.timeoutSeconds ?? 0
    timers[0] = clock.after(seconds > 0 ? seconds * 1000 : DEFAULT_TIMEOUT, () => watcher.stop())
    timers[1] ??= { dispose: () => undefined }
    return { dispose: close }
  }

  #sendState(watcher: Watcher): void {
    const { type, namespace } = watcher.request
    for (const entry of candidates(this.#machine, type, namespace, watcher.selection)) {
      if (watcher.selection.matches(entry.object)) this.#send(watcher, 'ADDED', this.#show(entry, type), undefined)
    }
  }

  #bookmark(watcher: Watcher, initialEnd: boolean): void {
    const { type } = watcher.request
    const object: KubeObject = {
      kind: type.kind,
      apiVersion: versionOf(type),
      metadata: {
        resourceVersion: String(this.#machine.store.revision),
        ...(initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
      } as unknown as KubeObject['metadata'],
    }
    if (watcher.request.form.as !== 'object') this.#send(watcher, 'BOOKMARK', object, undefined)
    else if (!watcher.sink.write(`{"type":"BOOKMARK","object":${writeJson(object)}}\n`)) watcher.stop()
  }

  #dispatch(change: Change): void {
    const watchers = this.#byCollection.get(change.collection)
    if (watchers === undefined || watchers.size === 0) return
    const texts = new Map<string, string>()
    for (const watcher of [...watchers]) this.#offer(watcher, change, texts)
  }

  #offer(watcher: Watcher, change: Change, texts: Map<string, string> | undefined): void {
    const { type, namespace } = watcher.request
    if (namespace !== undefined && change.entry.namespace !== namespace) return
    if (watcher.selection.all) {
      this.#send(watcher, change.type, this.#show(change.entry, type), texts)
      return
    }
    const now = change.type !== 'DELETED' && watcher.selection.matches(change.entry.object)
    const before = change.previous !== undefined && watcher.selection.matches(change.previous.object)
    if (now) this.#send(watcher, before ? 'MODIFIED' : 'ADDED', this.#show(change.entry, type), texts)
    else if (before) this.#send(watcher, 'DELETED', this.#leaving(change, type), undefined)
  }

  /** An object that no longer matches is shown as it last matched, at the revision of the change. */
  #leaving(change: Change, type: ResourceType): KubeObject {
    if (change.type === 'DELETED') return this.#show(change.entry, type)
    const last = this.#show(change.previous!, type)
    return { ...last, metadata: { ...last.metadata, resourceVersion: String(change.revision) } }
  }

  #show(entry: Entry, type: ResourceType): KubeObject {
    return this.#machine.fields.convert(entry.object, type)
  }

  #send(watcher: Watcher, event: string, object: KubeObject, texts: Map<string, string> | undefined): void {
    const { type, form } = watcher.request
    const key = `${event}/${type.version}/${type.group}/${form.as}/${form.includeObject}/${form.version}/${watcher.headed}`
    let text = texts?.get(key)
    if (text === undefined) {
      text = renderEvent(this.#machine, type, { type: event, object }, form, watcher.headed)
      texts?.set(key, text)
    }
    watcher.headed = false
    if (!watcher.sink.write(text)) watcher.stop()
  }
}
