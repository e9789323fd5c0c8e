import type { Clock } from '../../base/index.ts'
import { type KubeClient, KubeError, type KubeObject } from '../../kube/index.ts'
import type { Gzip } from './codec.ts'
import { ReleaseError } from './errors.ts'
import type { ReleaseRecord } from './record.ts'
import { recordOf, revisionsToPrune, secretName, secretOf } from './secret.ts'

export interface StorageOptions {
  readonly client: KubeClient
  /** Where the Secrets are; Helm's CLI has them in the release's namespace. */
  readonly namespace: string
  readonly clock: Clock
  readonly gzip: Gzip
}

/** Releases in Secrets. Source: Helm 4.1 pkg/storage (storage.go, driver/secrets.go). */
export class ReleaseStorage {
  readonly #options: StorageOptions

  constructor(options: StorageOptions) {
    this.#options = options
  }

  /** Every revision that can be read, oldest first; none where there is no such release. */
  async history(name: string): Promise<ReleaseRecord[]> {
    const { client, namespace, gzip } = this.#options
    const list = await client.list(
      { apiVersion: 'v1', kind: 'Secret' },
      { namespace, labelSelector: `name=${name},owner=helm` },
    )
    return list.items.flatMap((item) => tryRecord(item, gzip)).sort((a, b) => a.version - b.version)
  }

  /** @throws ReleaseError `NotFound`, `Corrupt` or `TooLarge` */
  async get(name: string, version: number): Promise<ReleaseRecord> {
    const { client, namespace, gzip } = this.#options
    const secret = await client.get({
      apiVersion: 'v1',
      kind: 'Secret',
      name: secretName(name, version),
      namespace,
    })
    if (secret === undefined) throw new ReleaseError('NotFound', 'release: not found')
    return recordOf(secret, gzip)
  }

  /** The last revision. @throws ReleaseError `NotFound` */
  async last(name: string): Promise<ReleaseRecord> {
    const last = (await this.history(name)).at(-1)
    if (last === undefined) throw new ReleaseError('NotFound', 'release: not found')
    return last
  }

  /** The revisions that are deployed, newest first. One, but for what ran at the same time. */
  async deployed(name: string): Promise<ReleaseRecord[]> {
    return (await this.history(name)).filter((record) => record.info.status === 'deployed').reverse()
  }

  /**
   * Stores a new revision, after making room for it.
   * @param maxHistory how many revisions stay, this one included; 0: all
   * @throws ReleaseError `Exists` where another operation was faster
   */
  async create(record: ReleaseRecord, maxHistory = 0): Promise<void> {
    const { client } = this.#options
    if (maxHistory > 0) {
      for (const old of revisionsToPrune(await this.history(record.name), maxHistory - 1))
        await this.delete(old.name, old.version)
    }
    try {
      await client.create(this.#secret(record, 'createdAt'))
    } catch (error) {
      if (error instanceof KubeError && error.reason === 'AlreadyExists')
        throw new ReleaseError('Exists', 'release: already exists', { cause: error })
      throw error
    }
  }

  async update(record: ReleaseRecord): Promise<void> {
    await this.#options.client.update(this.#secret(record, 'modifiedAt'))
  }

  async delete(name: string, version: number): Promise<void> {
    const { client, namespace } = this.#options
    await client.delete({ apiVersion: 'v1', kind: 'Secret', name: secretName(name, version), namespace })
  }

  #secret(record: ReleaseRecord, label: 'createdAt' | 'modifiedAt'): KubeObject {
    const { namespace, clock, gzip } = this.#options
    return secretOf(record, namespace, { label, now: clock.now() }, gzip)
  }
}

/** Helm leaves out what it cannot decode, so that one broken Secret does not block a release. */
function tryRecord(secret: KubeObject, gzip: Gzip): ReleaseRecord[] {
  try {
    return [recordOf(secret, gzip)]
  } catch (error) {
    if (error instanceof ReleaseError) return []
    throw error
  }
}
