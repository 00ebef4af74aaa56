import type { HttpHandler } from 'msw'
import { http } from 'msw'

/** Answers a request, or throws NetFault. */
export type Handle = (request: Request) => Promise<Response>

// Without this pause undici's default pool finds no idle connection in a tight loop, opens one for
// each call, and MSW keeps every one of them. Captured here, it is not stopped by fake timers.
const captured = setImmediate
const yieldOnce = (): Promise<void> => new Promise((resolve) => captured(resolve))

/**
 * Returns the MSW handlers that answer every `/v4/` path on any host. They always answer or throw.
 */
export function createHandlers(handle: Handle): HttpHandler[] {
  return [
    http.all('*/v4/*', async ({ request }) => {
      const [response] = await Promise.all([handle(request), yieldOnce()])
      return response
    }),
  ]
}
