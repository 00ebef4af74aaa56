import type { Hono } from 'hono'

import { bodies } from '../../control/wire.ts'
import type { AdminEnv } from './request.ts'
import { readJson } from './request.ts'

/** Adds the calls about an app as a whole: that it is there, its time, its settings, its state. */
export function addStateRoutes(admin: Hono<AdminEnv>): void {
  admin.get('/health', async (context) => context.json(await context.var.control.health()))
  admin.post('/apps', async (context) => {
    const wish = await readJson(bodies.app, context.req.raw)
    return context.json(await context.var.control.newApp(wish), 201)
  })
  admin.get('/clock', async (context) => context.json(await context.var.control.clock()))
  admin.put('/clock', async (context) => {
    const { advanceMs } = await readJson(bodies.clock, context.req.raw)
    return context.json(await context.var.control.advanceClock(advanceMs))
  })
  admin.get('/settings', async (context) => context.json(await context.var.control.settings()))
  admin.patch('/settings', async (context) => {
    const change = await readJson(bodies.settings, context.req.raw)
    return context.json(await context.var.control.changeSettings(change))
  })
  admin.put('/keys', async (context) => {
    const { secretKeys } = await readJson(bodies.keys, context.req.raw)
    await context.var.control.acceptKeys(secretKeys)
    return context.json({})
  })
  admin.get('/snapshot', async (context) => context.json(await context.var.control.snapshot()))
  admin.put('/snapshot', async (context) => {
    await context.var.control.restore(await readJson(bodies.snapshot, context.req.raw))
    return context.json({})
  })
  admin.post('/reset', async (context) => {
    await context.var.control.reset()
    return context.json({})
  })
}
