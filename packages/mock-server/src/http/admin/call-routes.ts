import type { Hono } from 'hono'

import { bodies } from '../../control/wire.ts'
import type { AdminEnv } from './request.ts'
import { readJson } from './request.ts'

/** Adds what is about calls: the journal, what is expected of it, and signatures to call with. */
export function addCallRoutes(admin: Hono<AdminEnv>): void {
  admin.get('/requests', async (context) => {
    const account = context.req.query('account')
    return context.json(await context.var.control.requests({ account }))
  })
  admin.delete('/requests', async (context) => {
    return context.json({ deleted: await context.var.control.clearRequests() })
  })
  admin.post('/verify', async (context) => {
    const expectation = await readJson(bodies.expectation, context.req.raw)
    const calls = await context.var.control.verify(expectation, context.req.raw.signal)
    return context.json({ calls })
  })
  admin.post('/usersig', async (context) => {
    const wish = await readJson(bodies.userSig, context.req.raw)
    return context.json(await context.var.control.userSig(wish))
  })
}
