/** Stands in for Tencent where only filling the cache matters: three tags for everybody at once, no signature, no budget. */
import { createServer } from 'node:http'

import { announce, TAGS } from './samples.ts'

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const { To_Account: users }: { readonly To_Account: readonly string[] } = JSON.parse(
      Buffer.concat(parts).toString(),
    )
    const body = JSON.stringify({
      ActionStatus: 'OK',
      ErrorInfo: '',
      ErrorCode: 0,
      UserTags: users.map((user) => ({ To_Account: user, Tags: TAGS })),
    })
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    })
    response.end(body)
  })
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => announce(server.address()))
