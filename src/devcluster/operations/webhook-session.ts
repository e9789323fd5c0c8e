/** A call of an admission webhook that has to be made before a write can go on. */
export interface WebhookCall {
  /** Equal for calls that ask the same. */
  readonly key: string
  readonly url: string
  /** PEM of the authorities that the webhook's certificate is checked against; the system's when absent. */
  readonly authority: string | undefined
  readonly timeoutMs: number
  /** The AdmissionReview as JSON. */
  readonly body: string
}

export type WebhookAnswer = { readonly status: number; readonly body: string } | { readonly error: string }

/** Makes the HTTP call; given by the server. Never rejects. */
export type CallWebhook = (call: WebhookCall) => Promise<WebhookAnswer>

/** Thrown by a write that needs an answer which is not there yet: the write is run again once it is. */
export class WebhookPending extends Error {
  override readonly name = 'WebhookPending'
  readonly call: WebhookCall

  constructor(call: WebhookCall) {
    super('a webhook has to be called first')
    this.call = call
  }
}

/** Where a write gets the answers of webhooks from. */
export interface WebhookSession {
  /** Throws `WebhookPending` when the answer is not there yet. */
  ask(call: WebhookCall): WebhookAnswer
}

/** The answers that one request has collected over its runs. */
export class RequestSession implements WebhookSession {
  readonly #answers = new Map<string, WebhookAnswer>()

  ask(call: WebhookCall): WebhookAnswer {
    const known = this.#answers.get(call.key)
    if (known === undefined) throw new WebhookPending(call)
    return known
  }

  add(key: string, answer: WebhookAnswer): void {
    this.#answers.set(key, answer)
  }
}

/** For callers that cannot wait. */
export const noWebhooks: WebhookSession = {
  ask: () => ({ error: 'webhooks are not called for this request' }),
}

const KEPT = 10_000
const MOST = 1000

/**
 * For the cluster's own controllers, which try again by themselves: the first attempt starts the call and fails, a later
 * one finds the answer. Answers are kept for some seconds, so equal objects (the Pods of a ReplicaSet) share one.
 */
export class BackgroundSession implements WebhookSession {
  readonly #answers = new Map<string, { readonly at: number; readonly answer: WebhookAnswer }>()
  readonly #open = new Set<string>()
  readonly #call: CallWebhook
  readonly #now: () => number

  constructor(call: CallWebhook, now: () => number) {
    this.#call = call
    this.#now = now
  }

  ask(call: WebhookCall): WebhookAnswer {
    const known = this.#answers.get(call.key)
    if (known !== undefined && this.#now() - known.at < KEPT) return known.answer
    if (!this.#open.has(call.key) && this.#open.size < MOST) {
      this.#open.add(call.key)
      void this.#call(call).then((answer) => {
        this.#open.delete(call.key)
        if (this.#answers.size >= MOST) this.#answers.clear()
        this.#answers.set(call.key, { at: this.#now(), answer })
      })
    }
    throw new WebhookPending(call)
  }
}
