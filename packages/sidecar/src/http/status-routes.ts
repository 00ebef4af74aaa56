import { Hono } from 'hono'

import type { Status } from '../observe/status.ts'
import { readStatusPage, type StatusPage } from '../observe/status-page.ts'

/** Never kept, never taken for anything else, and read by nobody but this listener's own page. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** Returns the status page at `/` and what it shows at `/status.json`. */
export function statusRoutes(status: () => Status): Hono {
  const app = new Hono()
  let page: StatusPage | undefined
  app.get('/', (c) => {
    page ??= readStatusPage()
    return c.html(page.html, 200, {
      ...HEADERS,
      'Content-Security-Policy': page.contentSecurityPolicy,
    })
  })
  app.get('/status.json', (c) => c.json(status(), 200, HEADERS))
  return app
}
