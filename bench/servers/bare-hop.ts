/**
 * The least that can stand between a caller and Tencent: a `node:http` server that makes one call for each request, with no cache, no merging, no
 * budget and no guards. What it adds to a call is one more process to wake twice, and Node's own HTTP on either side of it.
 */
import { createServer, type ServerResponse } from 'node:http'

import { createSigner, createTagClient } from '@tagside/core'

import { announce } from './samples.ts'

const signer = createSigner({
  sdkAppId: Number(process.env['SDK_APP_ID']),
  secretKey: process.env['SECRET_KEY'] ?? '',
  adminId: process.env['ADMIN_ID'] ?? '',
})
const client = createTagClient({ signer, baseUrl: process.env['UPSTREAM_URL'] ?? '' })

async function answer(user: string, response: ServerResponse): Promise<void> {
  const { tags } = await client.getTags([user])
  const text = JSON.stringify({ user, tags: tags.get(user) })
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}

const server = createServer((request, response) => {
  void answer(request.url?.split('/')[3] ?? '', response)
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => announce(server.address()))
