import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'

import type { HttpBindings } from '@hono/node-server'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'

import { MockError } from '../engine/errors.ts'
import type { Certificate } from './certificate.ts'
import { Connections } from './connections.ts'

export interface ListenOptions {
  /** 0 to 65535; 0 picks a free port. */
  readonly port: number
  /** Default 127.0.0.1: nobody but this machine. */
  readonly host?: string
  /** With it the fake speaks TLS; one that is broken is Node's error. Default: plain HTTP. */
  readonly certificate?: Certificate | undefined
}

/** A fake that accepts connections. */
export interface ListeningServer extends AsyncDisposable {
  /** Base URL for a client on this machine, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Stops accepting and ends every connection, also idle, slow and hanging ones. */
  readonly close: () => Promise<void>
}

/** The fake could not listen; `cause` is Node's error. */
export class ListenError extends MockError {
  override readonly name = 'ListenError'
  readonly code: 'port-in-use' | 'cannot-listen'

  constructor(address: string, cause: unknown) {
    const isInUse = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
    const advice = 'stop what listens there or choose another port (0 picks a free one)'
    super(
      isInUse ? `${address} is in use: ${advice}` : `cannot listen on ${address}: ${String(cause)}`,
      { cause },
    )
    this.code = isInUse ? 'port-in-use' : 'cannot-listen'
  }
}

// As long as nginx's: a client with a pool must not meet a closing connection in a pause of a test.
const KEEP_ALIVE_TIMEOUT_MS = 75_000

/** Listens, and returns once connections are accepted; throws ListenError. */
export async function serve(
  app: Hono<{ Bindings: HttpBindings }>,
  { port, host = '127.0.0.1', certificate }: ListenOptions,
): Promise<ListeningServer> {
  // The adapter's own Request and Response would break MSW in this process.
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const answer: RequestListener = (incoming, outgoing) => void listener(incoming, outgoing)
  const settings = { keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }
  const server =
    certificate === undefined
      ? createServer(settings, answer)
      : createTlsServer({ ...settings, ...certificate }, answer)
  const connections = new Connections(server)
  await listening(server, port, host)
  const boundPort = portOf(server)
  const close = async (): Promise<void> => {
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    server.close(() => resolve())
    connections.destroyAll()
    await closed
  }
  const url = `${certificate === undefined ? 'http' : 'https'}://${reachable(host)}:${boundPort}`
  return { url, port: boundPort, close, [Symbol.asyncDispose]: close }
}

async function listening(server: Server, port: number, host: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, host, resolve)
  try {
    await promise
  } catch (cause) {
    throw new ListenError(`port ${port} of ${host}`, cause)
  }
  server.off('error', reject)
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') {
    throw new TypeError('the server listens on no port')
  }
  return address.port
}

/** The name under which a client on this machine reaches a server bound to `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
