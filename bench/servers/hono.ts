/** Plain Hono: one route over a cache of so many users, with nothing else on. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { LRUCache } from 'lru-cache'

import { announce, FETCHED_AT, TAGS, userName } from './samples.ts'

const cache = new LRUCache<string, readonly string[]>({ max: 200_000 })
for (let number = 0; number < Number(process.env['USERS']); number += 1) {
  cache.set(userName(number), [...TAGS])
}

const app = new Hono().get('/v1/users/:user/tags', (c) => {
  const user = c.req.param('user')
  const tags = cache.get(user)
  if (tags === undefined) return c.notFound()
  return c.json({ user, tags, fetchedAt: FETCHED_AT })
})

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, announce)
