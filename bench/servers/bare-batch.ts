/** The anchor of batchGet: node:http that looks the users up in lru-cache and joins fragments of JSON that are ready. */
import { createServer } from 'node:http'

import { LRUCache } from 'lru-cache'

import { announce, FETCHED_AT, TAGS, userName } from './samples.ts'

const cache = new LRUCache<string, string>({ max: 200_000 })
for (let number = 0; number < Number(process.env['USERS']); number += 1) {
  const user = userName(number)
  cache.set(user, JSON.stringify({ user, tags: TAGS, fetchedAt: FETCHED_AT }))
}

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const { users }: { readonly users: readonly string[] } = JSON.parse(
      Buffer.concat(parts).toString(),
    )
    const fragments = users.map((user) => cache.get(user) ?? 'null')
    const body = `{"results":[${fragments.join(',')}]}`
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    })
    response.end(body)
  })
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => announce(server.address()))
