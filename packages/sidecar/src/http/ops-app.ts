import { Hono } from 'hono'

export interface OpsAppOptions {
  readonly isDraining: () => boolean
  readonly version: string
}

/**
 * The ops listener's handler: probes and version, no user data, GET and HEAD only.
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
  app.get('/version', (c) => c.json({ version: options.version, node: process.version }))
  app.all('*', (c) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD')
      return c.json({ status: 'not-found' }, 404)
    return c.json({ status: 'method-not-allowed' }, 405, { Allow: 'GET, HEAD' })
  })
  return app
}
