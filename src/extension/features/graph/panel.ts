import { randomBytes } from 'node:crypto'
import * as vscode from 'vscode'
import {
  type GraphHostMessage,
  type GraphNode,
  type GraphParams,
  graph,
  isGraphViewMessage,
  locate,
  objectLabel,
} from '../../../protocol/index.ts'
import { inBackground, messageOf } from '../../infrastructure/errors.ts'
import { reveal } from '../../infrastructure/locations.ts'
import type { Services } from '../../infrastructure/services.ts'
import { graphHtml } from './view.ts'

/** Milliseconds in which changes are gathered into one redraw. */
const gather = 150

/** One graph in an editor tab; redrawn when what it shows has changed. */
export class GraphPanel implements vscode.Disposable {
  readonly #services: Services
  readonly #scope: GraphParams
  readonly #panel: vscode.WebviewPanel
  readonly #disposables: vscode.Disposable[]
  #nodes = new Map<string, GraphNode>()
  #timer: NodeJS.Timeout | undefined

  constructor(services: Services, scope: GraphParams, onClose: () => void) {
    this.#services = services
    this.#scope = scope
    const { context, clusters, fleet } = services
    const assets = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview')
    this.#panel = vscode.window.createWebviewPanel('fluxkit.graph', 'Flux graph', vscode.ViewColumn.Active, {
      enableScripts: true,
      retainContextWhenHidden: true,
      localResourceRoots: [assets],
    })
    const { webview } = this.#panel
    webview.html = graphHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64'),
      script: webview.asWebviewUri(vscode.Uri.joinPath(assets, 'graph.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(assets, 'graph.css')).toString(),
    })
    const changes = scope.scope === 'cluster' ? clusters.onDidChange : fleet.onDidChange
    this.#disposables = [
      changes(() => this.#refreshSoon()),
      webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      this.#panel.onDidDispose(() => {
        this.#release()
        onClose()
      }),
    ]
  }

  show(): void {
    this.#panel.reveal()
  }

  dispose(): void {
    this.#panel.dispose()
  }

  #release(): void {
    clearTimeout(this.#timer)
    vscode.Disposable.from(...this.#disposables).dispose()
  }

  #receive(message: unknown): void {
    if (!isGraphViewMessage(message)) {
      this.#services.log.warn('dropped a malformed message of the graph')
      return
    }
    if (message.type === 'reveal') inBackground(this.#services.log, 'graph', this.#reveal(message.node))
    else this.#refreshSoon()
  }

  async #reveal(id: string): Promise<void> {
    const node = this.#nodes.get(id)
    if (node === undefined) return
    const { locations } = await this.#services.worker.request(locate, { ref: node.ref })
    await reveal(locations, objectLabel(node.ref))
  }

  #refreshSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      inBackground(this.#services.log, 'graph', this.#refresh())
    }, gather)
  }

  async #refresh(): Promise<void> {
    let message: GraphHostMessage
    try {
      const answer = await this.#services.worker.request(graph, this.#scope)
      this.#nodes = new Map(answer.nodes.map((node) => [node.id, node]))
      this.#panel.title = answer.title
      message = { type: 'graph', graph: answer }
    } catch (error) {
      message = { type: 'failed', message: messageOf(error) }
    }
    await this.#panel.webview.postMessage(message)
  }
}
