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

/** An interception under way. */
export interface Interception extends Disposable {
  /** Ends it; does nothing the second time. */
  close(): void
}

let active: HttpRequestInterceptor | undefined

/**
 * Answers the requests of every HTTP client in this process, whatever library it uses. Requests to
 * a loopback address pass. Others that are no call of Tencent's fail with UnhandledRequestError
 * instead of reaching the network.
 *
 * Only one interception can be under way in a process: a second one is a plain Error.
 */
export function intercept(handlers: HttpHandler[]): Interception {
  if (active !== undefined) {
    throw new Error('intercept: another interception is under way in this process; close it first')
  }
  const interceptor = new HttpRequestInterceptor()
  active = interceptor
  interceptor.apply()
  const idleConnections = holdIdleConnections()
  // The interceptor awaits what a listener returns, whatever the listener's type says.
  interceptor.on('request', (event): unknown => answer(event, handlers))
  const close = (): void => {
    if (active !== interceptor) return
    interceptor.dispose()
    idleConnections.release()
    active = undefined
  }
  return { close, [Symbol.dispose]: close }
}

async function answer(
  { request, controller }: HttpRequestEvent,
  handlers: HttpHandler[],
): Promise<void> {
  // First: the fake's own port and every other local server answer on paths that the handlers match
  // too.
  if (isLoopback(new URL(request.url).hostname)) return
  try {
    const response = await getResponse(handlers, request)
    if (response === undefined) controller.errorWith(unhandled(request))
    else controller.respondWith(response)
  } catch (error) {
    controller.errorWith(error)
  }
}

function unhandled({ method, url }: Request): UnhandledRequestError {
  const { origin, pathname } = new URL(url)
  const near = nearest(pathname, apis.keys(), 1).join()
  return new UnhandledRequestError(
    `${method} ${origin}${pathname} is no call of Tencent's, and was kept from the network. ` +
      `The nearest the fake answers is POST ${near}; loopback addresses pass.`,
  )
}
