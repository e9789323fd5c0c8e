import { CancelledError, getString, type ObjectRef } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { artifactView, ChartError, gitRevision, headCommit, type SecretReader, shownUrl } from '../../source/index.ts'
import { objectKey } from '../kinds.ts'
import type { Fleet } from '../types.ts'
import { dataOf } from './data.ts'
import { findObject } from './list.ts'
import type { ChartTree } from './local-chart.ts'
import type { ObjectTexts } from './object-text.ts'

/** The files of a Git repository or bucket that is not in the workspace. */
export type FetchTree = (source: KubeObject, secrets: SecretReader) => Promise<ChartTree>

/** Opens the file trees of the sources of a fleet, each once: folders of the workspace, or what is fetched. */
export class SourceTrees {
  readonly #fleet: Fleet
  readonly #fetchTree: FetchTree | undefined
  readonly #texts: ObjectTexts
  readonly #trees = new Map<string, Promise<ChartTree>>()

  constructor(fleet: Fleet, fetchTree: FetchTree | undefined, texts: ObjectTexts) {
    this.#fleet = fleet
    this.#fetchTree = fetchTree
    this.#texts = texts
  }

  /** The object of a source. @throws ChartError when no file of the cluster has it. */
  object(cluster: string, ref: ObjectRef): KubeObject {
    const found = findObject(this.#fleet, cluster, ref)
    if (found !== undefined) return found
    throw new ChartError(`${ref.kind} ${ref.namespace}/${ref.name} is declared nowhere in this cluster`)
  }

  /** All that a source's content depends on but for its files: the object and the Secrets that it logs in with, as text. */
  key(cluster: string, ref: ObjectRef, source: KubeObject): string {
    const fields = [['secretRef'], ['certSecretRef'], ['proxySecretRef'], ['verify', 'secretRef']]
    const secrets = fields.map((field) => {
      const name = getString(source, 'spec', ...field, 'name')
      return name === undefined ? '' : this.secretText(cluster, ref.namespace, name)
    })
    return `${cluster} ${this.#texts.of(source)} ${secrets.join(' ')} ${this.directoryOf(cluster, ref) ?? ''}`
  }

  /** A Secret as text, to notice that it changed; empty where there is none. */
  secretText(cluster: string, namespace: string | undefined, name: string): string {
    const secret = findObject(this.#fleet, cluster, secretRef(name, namespace))
    return secret === undefined ? '' : this.#texts.of(secret)
  }

  /** The folder of the workspace (relative) that stands for a source. */
  directoryOf(cluster: string, ref: ObjectRef): string | undefined {
    const wanted = objectKey(ref)
    return this.#fleet.sources().find((each) => each.cluster === cluster && objectKey(each.ref) === wanted)?.directory
  }

  /** Secrets of a namespace; what nobody can read here counts as empty, for a public or cached chart needs no login. */
  secrets(cluster: string, namespace: string | undefined, unreadable: string[]): SecretReader {
    return (name) => {
      const data = dataOf(this.#fleet, cluster, secretRef(name, namespace))
      if (typeof data === 'object') return Object.fromEntries(data)
      unreadable.push(name)
      return {}
    }
  }

  /** The tree of a source. Rejects with ChartError. */
  open(cluster: string, ref: ObjectRef, source: KubeObject): Promise<ChartTree> {
    const key = this.key(cluster, ref, source)
    const known = this.#trees.get(key)
    if (known !== undefined) return known
    const opening = this.#open(cluster, ref, source)
    this.#trees.set(key, opening)
    opening.catch(() => this.#trees.delete(key))
    return opening
  }

  /** Patterns of what is left out have changed. */
  clear(): void {
    this.#trees.clear()
  }

  async #open(cluster: string, ref: ObjectRef, source: KubeObject): Promise<ChartTree> {
    const dir = this.directoryOf(cluster, ref)
    if (dir !== undefined) return this.#folder(dir, source)
    const url = getString(source, 'spec', 'url') ?? getString(source, 'spec', 'endpoint') ?? ''
    if (this.#fetchTree === undefined) {
      throw new ChartError(`${describe(ref)}: ${shownUrl(url)} is not in this workspace`, { unavailable: true })
    }
    const unreadable: string[] = []
    try {
      return await this.#fetchTree(source, this.secrets(cluster, ref.namespace, unreadable))
    } catch (error) {
      if (!(error instanceof Error) || error instanceof CancelledError) throw error
      throw new ChartError(`${describe(ref)}: ${error.message}`, {
        transient: !(error instanceof ChartError),
        unavailable: unreadable.length > 0,
      })
    }
  }

  #folder(dir: string, source: KubeObject): ChartTree {
    const { fs, root: workspace } = this.#fleet
    const root = dir === '.' ? workspace : `${workspace}/${dir}`
    const view = artifactView(fs, root, { ignore: getString(source, 'spec', 'ignore') })
    return { fs: view, root, revision: () => localRevision(source, headCommit(fs, root)) }
  }
}

/** The revision that a folder of the workspace would have once its commit is pushed. */
function localRevision({ kind, spec }: KubeObject, head: string | undefined): string | undefined {
  if (kind !== 'GitRepository') return undefined
  const text = (field: string): string | undefined => getString(spec, 'ref', field) || undefined
  const commit = text('commit') ?? head
  const name = text('name') ?? text('tag') ?? text('branch') ?? (text('commit') === undefined ? 'master' : '')
  return commit === undefined ? undefined : gitRevision(name, commit)
}

function secretRef(name: string, namespace: string | undefined): ObjectRef {
  return { apiVersion: 'v1', kind: 'Secret', name, ...(namespace === undefined ? {} : { namespace }) }
}

/** `Kind namespace/name`, for messages. */
export function describe(ref: ObjectRef): string {
  return `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`
}
