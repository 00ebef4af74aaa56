import type { Server, Socket } from 'node:net'

/** The TCP connection under each TLS socket. */
const transports = new WeakMap<Socket, Socket>()

/**
 * Connections are the TCP connections of a server, also those on which TLS is still being agreed:
 * an HTTPS server knows only its requests' own sockets, which come later and cannot be reset.
 */
export class Connections {
  readonly #open = new Set<Socket>()

  constructor(server: Server) {
    server.on('connection', (transport: Socket) => {
      this.#open.add(transport)
      transport.once('close', () => this.#open.delete(transport))
    })
    server.on('secureConnection', (socket: Socket) => {
      const transport = [...this.#open].find((other) => isSamePeer(other, socket))
      if (transport !== undefined) transports.set(socket, transport)
    })
  }

  /** Ends every connection, whatever it is used for. */
  destroyAll(): void {
    for (const transport of this.#open) transport.destroy()
  }
}

/** Resets the connection of a request, so that its caller is told at once and nothing is flushed. */
export function resetConnection(socket: Socket): void {
  const transport = transports.get(socket) ?? socket
  transport.resetAndDestroy()
}

function isSamePeer(a: Socket, b: Socket): boolean {
  return a.remotePort === b.remotePort && a.remoteAddress === b.remoteAddress
}
