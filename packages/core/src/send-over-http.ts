import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { Agent as TlsAgent, request as requestOverTls } from 'node:https'
import type { Readable } from 'node:stream'
import { urlToHttpOptions } from 'node:url'

import { decoded } from './content-encoding.ts'
import { ReplyBody } from './reply-body.ts'
import { CALL_HEADERS, isSuccess } from './send-call.ts'
import type { CallAnswer, SendCall } from './send-call.ts'

/**
 * An idle connection is kept this long for the next call, or as long as upstream says if that is
 * shorter. Servers commonly allow a minute: a call on a connection just being ended would fail.
 */
const IDLE_MS = 30_000

/** As for Node's own agents: proxies of the environment are used where that says so. */
const proxyEnv = process.env['NODE_USE_ENV_PROXY'] === '1' ? process.env : undefined
const pool = { keepAlive: true, timeout: IDLE_MS, proxyEnv }
const agent = new Agent(pool)
const tlsAgent = new TlsAgent(pool)

/**
 * Returns what sends calls to the host of `baseUrl` with Node's own HTTP client, over connections that
 * all clients of the process share. A third of the cost of `fetch`, and nothing of the web's is loaded.
 */
export function sendOverHttp(baseUrl: URL): SendCall {
  const { hostname, port } = urlToHttpOptions(baseUrl)
  const isTls = baseUrl.protocol === 'https:'
  const open = isTls ? requestOverTls : request
  const where = { hostname, port, method: 'POST', agent: isTls ? tlsAgent : agent }
  return ({ path, body, replyMaxBytes, signal }) =>
    new Promise((resolve, reject) => {
      const headers = { ...CALL_HEADERS, 'Content-Length': Buffer.byteLength(body) }
      const call = open({ ...where, path, headers })
      signal.addEventListener('abort', () => call.destroy(), { once: true })
      call.on('response', (response) => resolve(answerIn(response, replyMaxBytes)))
      call.on('error', reject)
      // Where an answer has come it changes nothing. There may be neither: upstream wants another protocol.
      call.on('close', () => reject(new Error('the connection ended without an answer')))
      call.end(body)
    })
}

async function answerIn(response: IncomingMessage, maxBytes: number): Promise<CallAnswer> {
  const { statusCode: status = 0, headers } = response
  const head = { status, retryAfter: headers['retry-after'] }
  if (!isSuccess(status)) {
    response.destroy()
    return { ...head, body: '' }
  }
  try {
    return { ...head, body: await textOf(decoded(response), maxBytes) }
  } catch (error) {
    response.destroy()
    throw error
  }
}

/** Listens from this very turn on: what ends in the next one would not be noticed. */
async function textOf(stream: Readable, maxBytes: number): Promise<string> {
  const body = new ReplyBody(maxBytes)
  await new Promise<void>((resolve, reject) => {
    stream.on('data', (piece: Uint8Array) => {
      try {
        body.add(piece)
      } catch (error) {
        stream.destroy()
        reject(error)
      }
    })
    stream.on('end', resolve)
    stream.on('error', reject)
  })
  return body.text()
}
