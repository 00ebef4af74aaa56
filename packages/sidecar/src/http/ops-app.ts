import { type Context, Hono } from 'hono'

import type { Metrics } from '../observe/metrics.ts'
import type { Status } from '../observe/status.ts'
import { requestId } from './caller.ts'
import type { Fetch } from './listener.ts'
import { Problem } from './problem.ts'
import { statusRoutes } from './status-routes.ts'

export interface OpsAppOptions {
  /** True once the data listener accepts connections. */
  readonly hasStarted: () => boolean
  readonly isDraining: () => boolean
  readonly version: string
  readonly metrics: Metrics
  readonly status: () => Status
}

/** Who asks, as far as the connection says. */
interface Bindings {
  readonly address: string | undefined
}

/**
 * Returns the ops listener's handler: probes, metrics, version and status page, no user data, GET and HEAD only.
 *
 * No probe asks Tencent, and none minds what Tencent says. An outage must not take pods out of service: stale answers are still answers. Refused
 * credentials must not either: a pod out of service asks for nobody, and so would never find out that they are accepted again.
 */
export function createOpsApp(options: OpsAppOptions): Fetch {
  const app = new Hono<{ Bindings: Bindings }>()
  app.get('/livez', (c) => probe(c, []))
  app.get('/startupz', (c) => probe(c, options.hasStarted() ? [] : ['starting']))
  app.get('/readyz', (c) => {
    const starting = options.hasStarted() ? [] : ['starting']
    return probe(c, options.isDraining() ? [...starting, 'draining'] : starting)
  })
  app.get('/metrics', async (c) => {
    // A HEAD is told nothing, so it is no scrape of whoever asks by GET as well.
    const scraper = `${c.req.method} ${c.env.address} ${c.req.header('user-agent')}`
    const { text, contentType } = await options.metrics.scrape(scraper)
    return c.body(text, 200, { 'Content-Type': contentType })
  })
  app.get('/version', (c) => c.json({ version: options.version, node: process.version }))
  app.route('/', statusRoutes(options.status))
  app.all('*', (c) => notHere(c).toResponse(requestId(c)))
  return (request, { socket }) => app.fetch(request, { address: socket.remoteAddress })
}

function probe(c: Context, reasons: readonly string[]): Response {
  return reasons.length === 0
    ? c.json({ status: 'ok' })
    : c.json({ status: 'unready', reasons }, 503)
}

function notHere(c: Context): Problem {
  if (c.req.method === 'GET' || c.req.method === 'HEAD')
    return new Problem('not-found', 'there is nothing at this path; see the README for what is')
  return new Problem('method-not-allowed', 'this listener takes GET and HEAD', {
    headers: { Allow: 'GET, HEAD' },
  })
}
