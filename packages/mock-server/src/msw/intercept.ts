import type { HttpRequestEvent } from '@mswjs/interceptors'
import { HttpRequestInterceptor } from '@mswjs/interceptors/http'
import type { HttpHandler } from 'msw'
import { getResponse } from 'msw'

import { apis } from '../engine/apis.ts'
import { MockError } from '../engine/errors.ts'
import { nearest } from '../engine/near.ts'
import { holdIdleConnections } from './idle-connections.ts'
import { isLoopback } from './loopback.ts'

/** A request that left the process's clients for a host that is neither fake nor loopback. */
export class UnhandledRequestError extends MockError {
  override readonly name = 'UnhandledRequestError'
  readonly code = 'unhandled-request'
}

export interface InterceptOptions {
  /** Names of hosts, without a port, that pass as loopback does. Default: none. */
  readonly allow?: readonly string[]
}

/** An interception under way. */
export interface Interception extends Disposable {
  /** What was kept from the network so far, oldest first. */
  readonly unhandled: readonly UnhandledRequestError[]
  /** Ends it; does nothing the second time. */
  readonly close: () => void
}

let active: HttpRequestInterceptor | undefined

/**
 * Answers the requests of every HTTP client in this process, whatever library it uses. Requests to
 * a loopback address pass. Others that are no call of Tencent's fail with UnhandledRequestError
 * instead of reaching the network.
 *
 * Only one interception can be under way in a process: a second one is a plain Error.
 */
export function intercept(
  handlers: HttpHandler[],
  { allow = [] }: InterceptOptions = {},
): Interception {
  if (active !== undefined) {
    throw new Error('intercept: another interception is under way in this process; close it first')
  }
  const interceptor = new HttpRequestInterceptor()
  active = interceptor
  interceptor.apply()
  // Names of hosts are the same in any case, and URLs have them in small letters.
  const allowed = new Set(allow.map((host) => host.toLowerCase()))
  const passes = (host: string): boolean => isLoopback(host) || allowed.has(host.toLowerCase())
  const idleConnections = holdIdleConnections(passes)
  const unhandled: UnhandledRequestError[] = []
  const refuse = (request: Request): UnhandledRequestError => {
    const error = describe(request)
    unhandled.push(error)
    return error
  }
  // The interceptor awaits what a listener returns, whatever the listener's type says.
  interceptor.on('request', (event): unknown => answer(event, handlers, passes, refuse))
  const close = (): void => {
    if (active !== interceptor) return
    interceptor.dispose()
    idleConnections.release()
    active = undefined
  }
  return { unhandled, close, [Symbol.dispose]: close }
}

async function answer(
  { request, controller }: HttpRequestEvent,
  handlers: HttpHandler[],
  passes: (host: string) => boolean,
  refuse: (request: Request) => UnhandledRequestError,
): Promise<void> {
  // First: the fake's own port and every other local server answer on paths that the handlers match
  // too.
  if (passes(new URL(request.url).hostname)) return
  try {
    const response = await getResponse(handlers, request)
    if (response === undefined) controller.errorWith(refuse(request))
    else controller.respondWith(response)
  } catch (error) {
    controller.errorWith(error)
  }
}

function describe({ method, url }: Request): UnhandledRequestError {
  const { origin, pathname } = new URL(url)
  // What is asked of a proxy has a host and a port only.
  const target = method === 'CONNECT' ? url : `${origin}${pathname}`
  const near = nearest(pathname, apis.keys(), 1)
  return new UnhandledRequestError(
    [
      `${method} ${target} is no call of Tencent's, and was kept from the network.`,
      ...near.map((path) => `The nearest the fake answers is POST ${path}.`),
      ...(method === 'CONNECT' ? ['Behind a proxy no call can be seen: use none in tests.'] : []),
      'Loopback passes, and so do the hosts in intercept({ allow: [...] }).',
    ].join(' '),
  )
}
