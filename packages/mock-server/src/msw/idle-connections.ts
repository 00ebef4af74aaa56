import { Interceptor } from '@mswjs/interceptors'
import { SocketInterceptor } from '@mswjs/interceptors/net'

const webPorts: ReadonlySet<unknown> = new Set([80, 443, '80', '443'])

/**
 * Keeps connections to web servers elsewhere from being dialled for real because nothing is sent on
 * them.
 *
 * A client that gives up on a call opens its next connection at once, before there is anything to
 * send. The interceptor takes a silent connection for one on which the server speaks first, and
 * passes it to the network: the next call on it then fails with ENOTFOUND, now and then. On the
 * ports of the web no server speaks first. Hosts that pass are let alone.
 */
export function holdIdleConnections(passes: (host: string) => boolean): { release(): void } {
  const sockets = Interceptor.singleton(SocketInterceptor)
  const released = new AbortController()
  sockets.on(
    'connection',
    ({ connectionOptions: { host, port }, controller }) => {
      if (passes(host ?? 'localhost') || !webPorts.has(port)) return
      controller.passthrough = () => controller.serverSocket
    },
    { signal: released.signal },
  )
  return { release: () => released.abort() }
}
