import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { lstat, unlink } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'

import { getRequestListener } from '@hono/node-server'

import { addressText, type ListenAddress } from '../config/addresses.ts'
import { BrokenRequests } from './broken-requests.ts'
import { acceptedRequestId } from './caller.ts'
import type { Guard } from './guards.ts'
import { Problem } from './problem.ts'
import type { HttpMetrics } from '../observe/http-metrics.ts'

/** A request handler in web terms; `incoming` says who is at the other end. */
export type Fetch = (
  request: Request,
  incoming: { readonly socket: { readonly remoteAddress?: string | undefined } },
) => Response | Promise<Response>

/** ListenError says that an address could not be listened on, and what to do about it. */
export class ListenError extends Error {
  readonly code = 'TAGSIDE_LISTEN'
}

/**
 * Listener accepts HTTP connections on one address. Its bounds keep a slow or silent client from holding anything
 * for long: complete headers within 2 s, the request within 5 s, looked at twice a second.
 */
export class Listener {
  readonly #address: ListenAddress
  readonly #server: Server
  readonly #unanswered = new Set<ServerResponse>()
  #hasListened = false

  /**
   * The guard sees every request as it came over the wire, before anything is made of it. The metrics are told how each request ended;
   * default: nobody is.
   */
  constructor(
    address: ListenAddress,
    fetch: Fetch,
    guard: Guard = () => undefined,
    metrics?: HttpMetrics,
  ) {
    this.#address = address
    const handle = getRequestListener((request, { incoming }) => fetch(request, incoming), {
      errorHandler: unreadable,
    })
    const broken = new BrokenRequests((status) => metrics?.gaveUp(status))
    this.#server = createServer(
      {
        headersTimeout: 2_000,
        requestTimeout: 5_000,
        connectionsCheckingInterval: 500,
        keepAliveTimeout: 65_000,
        maxHeaderSize: 8 * 1024,
      },
      (incoming, outgoing) => {
        const beganMs = performance.now()
        broken.began(incoming.socket, outgoing)
        outgoing.shouldKeepAlive &&= this.#server.listening
        this.#unanswered.add(outgoing)
        outgoing.once('close', () => {
          this.#unanswered.delete(outgoing)
          metrics?.ended(incoming, outgoing, performance.now() - beganMs)
        })
        const problem = guard(incoming)
        if (problem === undefined) void handle(incoming, outgoing)
        else refuse(problem, incoming, outgoing)
      },
    )
    this.#server.on('clientError', (error, socket) => broken.givenUp(error, socket))
  }

  /** Starts to accept connections; returns the URL, or `unix:` and the path. Throws {@link ListenError}. */
  async listen(): Promise<string> {
    const address = this.#address
    if (address.kind === 'unix') await removeDeadSocket(address.path)
    this.#server.listen(address.kind === 'unix' ? { path: address.path } : address)
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

function listenProblem(address: ListenAddress, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  const what = `cannot listen on ${addressText(address)}`
  if (code === 'EADDRINUSE')
    return `${what}: another program does already; stop it, or choose another address`
  // A path in a directory that is missing is EACCES too.
  if (address.kind === 'unix' && code === 'EACCES' && !existsSync(dirname(address.path)))
    return `${what}: there is no directory ${dirname(address.path)}; make it, or choose another path`
  if (code === 'EACCES')
    return `${what}: not permitted; choose a port above 1023 or a path you may write to`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${what}: this machine has no such address`
  return `${what}: ${code}`
}

/** A process that was killed leaves its socket file behind; nobody answers there, and nobody else can listen. */
async function removeDeadSocket(path: string): Promise<void> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')) return
    // Any other file refuses connections just the same, and is not ours to remove.
    if (!(await lstat(path)).isSocket())
      throw new ListenError(`cannot listen on unix:${path}: there is a file that is no socket`)
    await unlink(path)
  } finally {
    socket.destroy()
  }
}
