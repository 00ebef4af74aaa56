/** fastify with the same handler as plain Hono. */
import fastify from 'fastify'
import { LRUCache } from 'lru-cache'

import { announce, FETCHED_AT, TAGS, userName } from './samples.ts'

const cache = new LRUCache<string, readonly string[]>({ max: 200_000 })
for (let number = 0; number < Number(process.env['USERS']); number += 1) {
  cache.set(userName(number), [...TAGS])
}

const app = fastify()
app.get<{ Params: { user: string } }>('/v1/users/:user/tags', (request, reply) => {
  const { user } = request.params
  const tags = cache.get(user)
  if (tags === undefined) {
    reply.callNotFound()
    return
  }
  reply.send({ user, tags, fetchedAt: FETCHED_AT })
})

await app.listen({ port: 0, host: '127.0.0.1' })
announce(app.server.address())
