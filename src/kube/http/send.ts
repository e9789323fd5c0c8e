import { type Clock, isObject, type JsonObject, sleep } from '../../base/index.ts'
import { KubeError, type KubeRequest, type KubeResponse, type KubeTransport } from '../client.ts'
import { parseJson } from '../values/json-text.ts'
import { asKubeError, errorFromResponse } from './errors.ts'

const maxRetries = 10

/** Sends requests and reads JSON answers, waiting as `Retry-After` asks (client-go: at most ten times). */
export class Sender {
  readonly transport: KubeTransport
  readonly #clock: Clock | undefined

  constructor(transport: KubeTransport, clock: Clock | undefined) {
    this.transport = transport
    this.#clock = clock
  }

  /** The answer to a request that was not refused. @throws KubeError otherwise. */
  async send(request: KubeRequest): Promise<KubeResponse> {
    for (let attempt = 0; ; attempt++) {
      const response = await this.#once(request)
      if (response.status < 400) return response
      const delay = retryDelay(response)
      if (delay === undefined || this.#clock === undefined || attempt >= maxRetries) throw errorFromResponse(response)
      await sleep(this.#clock, delay)
    }
  }

  /** The JSON object that a request is answered with. */
  async sendJson(request: KubeRequest): Promise<JsonObject> {
    return readBody(await this.send(request))
  }

  async #once(request: KubeRequest): Promise<KubeResponse> {
    try {
      return await this.transport.request(request)
    } catch (error) {
      throw asKubeError(error)
    }
  }
}

/** The JSON object in an answer's body. @throws KubeError when it is none. */
export function readBody(response: KubeResponse): JsonObject {
  let value: unknown
  try {
    value = parseJson(response.body)
  } catch {
    value = undefined
  }
  if (isObject(value)) return value
  throw new KubeError(response.status, 'InvalidAnswer', 'the server answered with something that is no JSON object')
}

/** How long to wait before a retry: 429 and 5xx answers that say so. */
function retryDelay(response: KubeResponse): number | undefined {
  if (response.status !== 429 && response.status < 500) return undefined
  const text = response.headers['retry-after']
  if (text === undefined || !/^\d{1,5}$/.test(text)) return response.status === 429 ? 1000 : undefined
  return Number(text) * 1000
}
