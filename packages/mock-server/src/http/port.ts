import type { ServerResponse } from 'node:http'

import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { HttpHandler } from 'msw'
import { getResponse } from 'msw'

import type { MockControl } from '../control/mock-control.ts'
import type { Engine } from '../engine/engine.ts'
import { NetFault } from '../engine/errors.ts'
import { createAdmin } from './admin/admin.ts'
import { resetConnection } from './connections.ts'

/**
 * Serves the fake on real sockets: the admin API under `/__admin`, everything else through the same
 * MSW handlers that answer in process.
 */
export function createPort(
  engine: Engine,
  handlers: HttpHandler[],
  control: MockControl,
): Hono<{ Bindings: HttpBindings }> {
  // Not strict: whoever types `/__admin/` means the page at `/__admin`.
  const port = new Hono<{ Bindings: HttpBindings }>({ strict: false })
  port.route('/__admin', createAdmin(control))
  port.all('*', async (context) => {
    const { outgoing } = context.env
    try {
      const request = context.req.raw
      const response = (await getResponse(handlers, request)) ?? (await engine.handle(request))
      await send(response, outgoing)
    } catch (error) {
      if (!(error instanceof NetFault)) throw error
      cut(outgoing, error)
    }
    return RESPONSE_ALREADY_SENT
  })
  return port
}

/**
 * Writes a response by hand. The adapter would read ahead, take the end of a cut body for a failure
 * of ours, and answer 500 or print it.
 */
async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body === null) {
    outgoing.end()
    return
  }
  const reader = response.body.getReader()
  outgoing.once('close', () => void reader.cancel().catch(() => {}))
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      await flushed(outgoing, part.value)
    }
    outgoing.end()
  } catch {
    // The body was meant to be cut here, or the caller has left.
    outgoing.destroy()
  }
}

/** Writes, and waits until it is with the kernel: what comes before a cut must arrive. */
function flushed(outgoing: ServerResponse, bytes: Uint8Array): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  outgoing.write(bytes, (error) => (error ? reject(error) : resolve()))
  return promise
}

function cut(outgoing: ServerResponse, fault: NetFault): void {
  const { socket } = outgoing
  if (socket === null) return
  if (fault.kind === 'reset') resetConnection(socket)
  else socket.destroy()
}
