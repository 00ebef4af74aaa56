import type { Hono } from 'hono'

import { bodies } from '../../control/wire.ts'
import type { AdminEnv } from './request.ts'
import { readJson } from './request.ts'

/** Adds the calls about users and their tags. */
export function addDataRoutes(admin: Hono<AdminEnv>): void {
  admin.put('/users/:user/tags', async (context) => {
    const user = context.req.param('user')
    const { tags } = await readJson(bodies.tags, context.req.raw)
    await context.var.control.setTags(user, tags)
    return context.json({ user, tags })
  })
  admin.delete('/users/:user/tags', async (context) => {
    const user = context.req.param('user')
    return context.json({ user, deleted: await context.var.control.deleteUser(user) })
  })
  admin.post('/seed', async (context) => {
    const { users } = await readJson(bodies.seed, context.req.raw)
    return context.json({ seeded: await context.var.control.seed(users) })
  })
}
