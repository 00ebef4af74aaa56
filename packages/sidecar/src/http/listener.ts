import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

import { getRequestListener } from '@hono/node-server'

import { addressText, type ListenAddress } from '../config/addresses.ts'
import { BrokenRequests, type ClientError } from './broken-requests.ts'
import { acceptedRequestId } from './caller.ts'
import type { Conversation } from './conversation.ts'
import { KEEP_ALIVE_S } from './fresh-answer.ts'
import type { Guard } from './guards.ts'
import { ListenError, listenProblem, removeDeadSocket } from './listen-error.ts'
import { HEAD_MAX_BYTES } from './plain-head.ts'
import { Problem } from './problem.ts'
import type { ShortPath } from './short-path.ts'
import type { HttpMetrics } from '../observe/http-metrics.ts'

/** A request handler in web terms; `incoming` says who is at the other end. */
export type Fetch = (
  request: Request,
  incoming: { readonly socket: { readonly remoteAddress?: string | undefined } },
) => Response | Promise<Response>

/** As Node says it of the codings that it does not know. */
const UNKNOWN_CODING: ClientError = Object.assign(new Error('unknown transfer coding'), {
  code: 'HPE_INVALID_TRANSFER_ENCODING',
})

/** What the connections of one listener may take, and who is told of them. */
export interface ListenerOptions {
  /** Told how each request ended; default: nobody is. */
  readonly metrics?: HttpMetrics
  /** Answers what can be answered at a glance; default: every request goes the long way. */
  readonly shortPath?: ShortPath
  /** Connections at a time; further ones are ended at once. Default 4,096. */
  readonly connectionsMax?: number
  /** Milliseconds in which nothing moves while a request is under way; longer than any deadline. Default 30,000. */
  readonly silenceMs?: number
  /** Told that connections are being ended because there are too many; once a minute at most. */
  readonly onFull?: () => void
}

/** An idle connection costs some 20 KB, so that all of them fit beside the cache into a small container. */
const CONNECTIONS_MAX = 4_096
const SILENCE_MS = 30_000
const TELL_FULL_EVERY_MS = 60_000

/** Of a socket file: whoever may write to it may ask. Others than its user and group may not, whatever the umask. */
const SOCKET_UMASK = 0o117

/**
 * Listener accepts HTTP connections on one address. Its bounds keep a slow or silent client from holding anything
 * for long: complete headers within 2 s, the request within 5 s, looked at twice a second.
 */
export class Listener {
  readonly #address: ListenAddress
  readonly #server: Server
  readonly #handle: ReturnType<typeof getRequestListener>
  readonly #guard: Guard
  readonly #options: ListenerOptions
  readonly #broken: BrokenRequests
  readonly #unanswered = new Set<ServerResponse>()
  readonly #conversations = new WeakMap<Socket, Conversation>()
  #toldFullAtMs = -Infinity
  #hasListened = false

  /** The guard sees every request as it came over the wire, before anything is made of it. */
  constructor(
    address: ListenAddress,
    fetch: Fetch,
    guard: Guard = () => undefined,
    options: ListenerOptions = {},
  ) {
    this.#address = address
    this.#guard = guard
    this.#options = options
    // HTTP/1.0 needs no Host, and some load balancers probe that way; where a Host matters, the guard has looked at it.
    this.#handle = getRequestListener((request, { incoming }) => fetch(request, incoming), {
      errorHandler: unreadable,
      hostname: 'localhost',
    })
    this.#broken = new BrokenRequests((status) => options.metrics?.gaveUp(status))
    this.#server = createServer(
      {
        headersTimeout: 2_000,
        requestTimeout: 5_000,
        connectionsCheckingInterval: 500,
        keepAliveTimeout: KEEP_ALIVE_S * 1_000,
        maxHeaderSize: HEAD_MAX_BYTES,
        // A request that announces no body is complete as it is.
        optimizeEmptyRequests: true,
      },
      (incoming, outgoing) => this.#asked(incoming, outgoing),
    )
    this.#server.on('checkContinue', (incoming: IncomingMessage, outgoing: ServerResponse) => {
      // Who is refused is not asked for the body.
      if (guard(incoming) === undefined) outgoing.writeContinue()
      this.#server.emit('request', incoming, outgoing)
    })
    // Nobody needs to know other expectations (RFC 9110, 10.1.1). Node would answer them with 417, past the guard and all who follow the connection.
    this.#server.on('checkExpectation', (incoming: IncomingMessage, outgoing: ServerResponse) => {
      this.#server.emit('request', incoming, outgoing)
    })
    this.#server.on('clientError', (error, socket) => this.#broken.givenUp(error, socket))
    // Node takes a connection for idle as soon as its answer is written, and would cut what the caller has still to read.
    const closeIdle = this.#server.closeIdleConnections.bind(this.#server)
    this.#server.closeIdleConnections = () => {
      const isSending = options.shortPath?.isSending === true
      if (!isSending && ![...this.#unanswered].some(isBeingSent)) closeIdle()
    }
    this.#server.on('connection', (socket) => this.#connected(socket))
    this.#server.maxConnections = options.connectionsMax ?? CONNECTIONS_MAX
    this.#server.on('drop', () => this.#tellFull())
  }

  /** Starts to accept connections; returns the URL, or `unix:` and the path. Throws {@link ListenError}. */
  async listen(): Promise<string> {
    const address = this.#address
    if (address.kind === 'unix') await removeDeadSocket(address.path)
    this.#bind(address)
    try {
      await once(this.#server, 'listening')
    } catch (error) {
      throw new ListenError(listenProblem(address, error), { cause: error })
    }
    this.#hasListened = true
    const bound = this.#server.address()
    if (address.kind === 'unix' || bound === null || typeof bound === 'string')
      return addressText(address)
    return `http://${addressText({ ...address, port: bound.port })}`
  }

  /** Whether connections are accepted, or were until it was closed. */
  get hasListened(): boolean {
    return this.#hasListened
  }

  #connected(socket: Socket): void {
    const { shortPath, silenceMs = SILENCE_MS } = this.#options
    const conversation = shortPath?.stand(socket, {
      isOpen: () => this.#server.listening,
      silenceMs,
      onRead: () => this.#endIdleWhenClosed(),
    })
    if (conversation !== undefined) this.#conversations.set(socket, conversation)
  }

  #asked(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const beganMs = performance.now()
    const { socket } = incoming
    if (socket.destroyed) return
    if (!isFramed(incoming)) return this.#broken.givenUp(UNKNOWN_CODING, socket)
    this.#conversations.get(socket)?.began(incoming)
    this.#broken.began(socket, outgoing)
    outgoing.shouldKeepAlive &&= this.#server.listening
    this.#watch(incoming, outgoing, beganMs)
    const problem = this.#guard(incoming)
    if (problem !== undefined) return refuse(problem, incoming, outgoing)
    void this.#handle(incoming, outgoing)
  }

  /** Sees an answer to its end. */
  #watch(incoming: IncomingMessage, outgoing: ServerResponse, beganMs: number): void {
    const { metrics, silenceMs = SILENCE_MS } = this.#options
    const { socket } = incoming
    // By request: as the server's own timeout it would be set and reset for answers that take no time.
    socket.setTimeout(silenceMs)
    this.#unanswered.add(outgoing)
    outgoing.once('close', () => {
      this.#unanswered.delete(outgoing)
      this.#conversations.get(socket)?.ended()
      metrics?.ended(incoming, outgoing, performance.now() - beganMs)
      this.#endIdleWhenClosed()
    })
  }

  #endIdleWhenClosed(): void {
    if (!this.#server.listening) this.#server.closeIdleConnections()
  }

  #tellFull(): void {
    if (performance.now() - this.#toldFullAtMs < TELL_FULL_EVERY_MS) return
    this.#toldFullAtMs = performance.now()
    this.#options.onFull?.()
  }

  #bind(address: ListenAddress): void {
    if (address.kind === 'tcp') {
      this.#server.listen(address)
      return
    }
    // The file is made in this very call. A chmod after it would leave a moment in which others could connect.
    const before = process.umask(SOCKET_UMASK)
    this.#server.listen({ path: address.path })
    process.umask(before)
  }

  /** Accepts no further connection, and ends idle ones; resolves when the requests under way are answered. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    // Node would keep these connections for further requests, and the server open as long as their clients like.
    for (const outgoing of this.#unanswered) outgoing.shouldKeepAlive = false
    await closed
  }

  /** Cuts every connection. */
  cut(): void {
    this.#server.closeAllConnections()
  }
}

/**
 * Reports whether the end of the body is where Node takes it to be. It takes `gzip, chunked` for chunks as they are, and the routes would
 * read compressed bytes.
 */
function isFramed({ headers }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding']
  return coding === undefined || coding.toLowerCase() === 'chunked'
}

function isBeingSent({ writableEnded, writableFinished }: ServerResponse): boolean {
  return writableEnded && !writableFinished
}

function refuse(problem: Problem, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { status, headers, body } = problem.render(
    acceptedRequestId(incoming.headers['x-request-id']),
  )
  outgoing.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body)
}

/** What the adapter cannot make a request of: a port out of range in the Host, a backslash in the path. */
function unreadable(): Response {
  const problem = new Problem(
    'invalid-request',
    'the Host or the path of the request cannot be read',
  )
  return problem.toResponse(acceptedRequestId(undefined))
}
