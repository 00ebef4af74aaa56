/** The anchor: node:http that answers every request with the same bytes. It may be cached, for the proxies in front of it. */
import { createServer } from 'node:http'

import { announce, FETCHED_AT, TAGS, userName } from './samples.ts'

const body = Buffer.from(JSON.stringify({ user: userName(0), tags: TAGS, fetchedAt: FETCHED_AT }))
const headers = {
  'Content-Type': 'application/json',
  'Content-Length': body.length,
  ...(process.env['MAX_AGE'] === undefined
    ? {}
    : { 'Cache-Control': `max-age=${process.env['MAX_AGE']}` }),
}

const server = createServer((_, response) => {
  response.writeHead(200, headers)
  response.end(body)
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => announce(server.address()))
