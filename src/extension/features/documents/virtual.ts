import * as vscode from 'vscode'
import type { ObjectRef } from '../../../base/index.ts'
import { type ChartFileParams, chartScheme, isObjectRef, type WorkloadParams } from '../../../protocol/index.ts'

export const buildScheme = 'fluxkit-build'
export const liveScheme = 'fluxkit-live'
export const diffScheme = 'fluxkit-diff'

/** What a virtual document shows; its URI carries it, so that a window can show it again after a reload. */
export type DocumentTarget =
  | ({ readonly type: 'build' } & WorkloadParams)
  | ({ readonly type: 'chart' } & ChartFileParams)
  | { readonly type: 'live'; readonly cluster: string; readonly ref: ObjectRef }

/** The URI of a target; its path is what the tab shows. */
export function documentUri(
  scheme: string,
  target: Exclude<DocumentTarget, { type: 'chart' }>,
  title: string,
): vscode.Uri {
  const compact =
    target.type === 'live'
      ? { type: target.type, cluster: target.cluster, ref: target.ref }
      : { type: target.type, fleetCluster: target.fleetCluster, workload: target.workload }
  return vscode.Uri.from({ scheme, path: `/${title}.yaml`, query: JSON.stringify(compact) })
}

/** The target that a URI carries; `undefined` for anything else. */
export function targetOf(uri: vscode.Uri): DocumentTarget | undefined {
  try {
    const value = JSON.parse(uri.query) as Record<string, unknown> | null
    if (value?.['type'] === 'live' && typeof value['cluster'] === 'string' && isObjectRef(value['ref'])) {
      return { type: 'live', cluster: value['cluster'], ref: value['ref'] }
    }
    if (typeof value?.['workload'] === 'string' && typeof value['fleetCluster'] === 'string') {
      const { type, workload, fleetCluster, path } = value
      if (type === 'build') return { type, workload, fleetCluster }
      if (type === 'chart' && typeof path === 'string') return { type, workload, fleetCluster, path }
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return undefined
}

/** Serves the read-only documents and tells VS Code when one of them has changed. */
export class VirtualDocuments implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>()
  readonly #versions = new Map<string, string>()
  readonly #texts = new Map<string, string>()
  readonly #registration: vscode.Disposable

  constructor(content: (target: DocumentTarget) => Promise<string>) {
    const provider: vscode.TextDocumentContentProvider = {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: async (uri) => {
        const kept = this.#texts.get(uri.toString())
        if (kept !== undefined) return kept
        const target = targetOf(uri)
        return target === undefined ? '# this document belongs to a session that has ended\n' : content(target)
      },
    }
    this.#registration = vscode.Disposable.from(
      ...[buildScheme, liveScheme, diffScheme, chartScheme].map((scheme) =>
        vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
      ),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.#versions.delete(uri.toString())
        this.#texts.delete(uri.toString())
      }),
    )
  }

  /** Keeps a text under a URI for as long as its document is open. */
  keep(title: string, side: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: diffScheme, path: `/${title}.yaml`, query: side })
    this.#texts.set(uri.toString(), text)
    this.#changed.fire(uri)
    return uri
  }

  /** Has the open documents of matching targets read again; those that show this version already are left alone. */
  refresh(matches: (target: DocumentTarget) => boolean, version?: string): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme !== buildScheme && uri.scheme !== liveScheme) continue
      const target = targetOf(uri)
      if (target === undefined || !matches(target)) continue
      const key = uri.toString()
      if (version !== undefined && this.#versions.get(key) === version) continue
      if (version !== undefined) this.#versions.set(key, version)
      this.#changed.fire(uri)
    }
  }

  dispose(): void {
    this.#registration.dispose()
    this.#changed.dispose()
  }
}
