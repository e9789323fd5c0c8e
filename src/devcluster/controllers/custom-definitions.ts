import type { KubeObject } from '../../kube/index.ts'
import { CLEANUP_FINALIZER } from '../operations/delete.ts'
import type { Machine } from '../operations/machine.ts'
import { finalizersOf, isDeleting } from '../operations/metadata.ts'
import type { Change } from '../store/store.ts'
import type { Controller, Environment } from './environment.ts'

const NAME = 'customresourcedefinition-controller'
const COLLECTION = 'customresourcedefinitions.apiextensions.k8s.io'

/** Serves what definitions declare, from the moment of the write, and deletes the objects of definitions that go. */
export class DefinitionController implements Controller {
  readonly #env: Environment
  readonly #onGone: (collection: string) => void

  constructor(env: Environment, onGone: (collection: string) => void) {
    this.#env = env
    this.#onGone = onGone
    env.queue.register(NAME, (name) => this.#work(name))
  }

  observe(change: Change): void {
    if (change.collection === COLLECTION) {
      const { registry } = this.#env.machine
      if (change.type === 'DELETED') {
        registry.undefine(change.entry.name)
        forget(this.#env.machine, change.entry.name)
        this.#onGone(change.entry.name)
      } else {
        registry.define(change.entry.object)
        this.#env.machine.types.addCrd(change.entry.object)
        if (isDeleting(change.entry.object)) this.#env.queue.add(NAME, change.entry.name)
      }
    } else if (change.type === 'DELETED') {
      const definition = this.#env.get(COLLECTION, '', change.collection)
      if (definition !== undefined && isDeleting(definition)) this.#env.queue.add(NAME, change.collection)
    }
  }

  resync(): void {
    const { registry } = this.#env.machine
    const stored = this.#env.list(COLLECTION)
    const names = new Set(stored.map((object) => object.metadata.name))
    for (const type of registry.all())
      if (type.custom !== undefined && !names.has(type.collection)) {
        registry.undefine(type.collection)
        forget(this.#env.machine, type.collection)
      }
    for (const definition of stored) {
      registry.define(definition)
      this.#env.machine.types.addCrd(definition)
      if (isDeleting(definition)) this.#env.queue.add(NAME, definition.metadata.name)
    }
  }

  #work(name: string): void {
    const definition = this.#env.get(COLLECTION, '', name)
    if (definition === undefined || !isDeleting(definition)) return
    for (const object of this.#env.list(name)) {
      if (!isDeleting(object)) this.#env.remove(name, object, 'Background')
    }
    if (this.#env.list(name).length > 0 || !finalizersOf(definition).includes(CLEANUP_FINALIZER)) return
    this.#env.update(COLLECTION, '', name, (draft: KubeObject) => {
      draft.metadata['finalizers'] = finalizersOf(draft).filter((finalizer) => finalizer !== CLEANUP_FINALIZER)
    })
  }
}

function forget(machine: Machine, name: string): void {
  const dot = name.indexOf('.')
  machine.types.removeCrd(name.slice(dot + 1), name.slice(0, dot))
}
