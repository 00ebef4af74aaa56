import { Hono } from 'hono'

import type { Metrics } from '../observe/metrics.ts'
import type { Status } from '../observe/status.ts'
import { addStatusRoutes } from './status-routes.ts'

export interface OpsAppOptions {
  readonly isDraining: () => boolean
  readonly version: string
  readonly metrics: Metrics
  readonly status: () => Status
}

/**
 * The ops listener's handler: probes, metrics, version and status page, no user data, GET and HEAD only.
 *
 * No probe asks Tencent: an upstream outage must not take pods out of service or restart them, because stale answers are
 * still answers.
 */
export function createOpsApp(options: OpsAppOptions): Hono {
  const app = new Hono()
  app.get('/livez', (c) => c.json({ status: 'ok' }))
  app.get('/startupz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', (c) =>
    options.isDraining()
      ? c.json({ status: 'unready', reasons: ['draining'] }, 503)
      : c.json({ status: 'ok' }),
  )
  app.get('/metrics', async (c) => {
    const text = await options.metrics.text()
    return c.body(text, 200, { 'Content-Type': options.metrics.contentType })
  })
  app.get('/version', (c) => c.json({ version: options.version, node: process.version }))
  addStatusRoutes(app, options.status)
  app.all('*', (c) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD')
      return c.json({ status: 'not-found' }, 404)
    return c.json({ status: 'method-not-allowed' }, 405, { Allow: 'GET, HEAD' })
  })
  return app
}
