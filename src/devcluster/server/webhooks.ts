import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { WebhookAnswer, WebhookCall } from '../index.ts'

/** As much of an answer as kube-apiserver would read. */
const MAX_ANSWER = 3 * 1024 * 1024

/** Sends an AdmissionReview to a webhook on loopback. Never rejects: what goes wrong is the answer. */
export function callWebhook(call: WebhookCall): Promise<WebhookAnswer> {
  return new Promise((resolve) => {
    const url = new URL(call.url)
    url.searchParams.set('timeout', `${call.timeoutMs / 1000}s`)
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(
      url,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'user-agent': 'kube-apiserver-admission',
        },
        agent: false,
        ...(call.authority === undefined ? {} : { ca: call.authority }),
      },
      (response) => read(response, resolve),
    )
    const timer = setTimeout(() => {
      resolve({ error: 'context deadline exceeded' })
      request.destroy()
    }, call.timeoutMs)
    request.on('error', (error) => resolve({ error: error.message }))
    request.on('close', () => clearTimeout(timer))
    request.end(call.body)
  })
}

function read(response: IncomingMessage, resolve: (answer: WebhookAnswer) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  response.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > MAX_ANSWER) {
      resolve({ error: 'the answer is too large' })
      response.destroy()
    } else chunks.push(chunk)
  })
  response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }))
  response.on('error', (error) => resolve({ error: error.message }))
}
