import type { Connection } from 'vscode-languageserver'
import type { Disposable } from '../../base/index.ts'

/** Milliseconds after which a download is long enough to be shown. */
const patience = 1_000
/** Milliseconds without news after which downloads count as over. */
const silence = 3_000

/** Shows in the client that charts are being fetched, with a button that stops it. */
export class DownloadProgress implements Disposable {
  readonly #connection: Connection
  readonly #onCancel: () => void
  #started = 0
  #last = 0
  #url = ''
  #timer: NodeJS.Timeout | undefined
  #shown: { report(message: string): void; done(): void } | undefined

  constructor(connection: Connection, onCancel: () => void) {
    this.#connection = connection
    this.#onCancel = onCancel
  }

  /** Something of this URL was received, or is asked for. */
  saw(url: string): void {
    this.#last = performance.now()
    this.#url = url
    if (this.#timer !== undefined) return
    this.#started = this.#last
    this.#timer = setInterval(() => this.#tick(), 250)
  }

  dispose(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#shown?.done()
    this.#shown = undefined
  }

  #tick(): void {
    const now = performance.now()
    if (now - this.#last > silence) this.dispose()
    else if (this.#shown !== undefined) this.#shown.report(this.#url)
    else if (now - this.#started > patience) this.#show()
  }

  #show(): void {
    // Reports until the client has made the progress are dropped; nothing depends on them.
    this.#shown = { report: () => undefined, done: () => undefined }
    const place = this.#shown
    void this.#connection.window.createWorkDoneProgress().then((progress) => {
      progress.begin('Fluxkit: charts of HelmReleases', undefined, this.#url, true)
      progress.token.onCancellationRequested(() => this.#onCancel())
      if (this.#shown !== place) {
        progress.done()
        return
      }
      this.#shown = { report: (message) => progress.report(message), done: () => progress.done() }
    })
  }
}
