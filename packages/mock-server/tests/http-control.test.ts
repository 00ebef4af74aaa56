import { createServer } from 'node:http'

import { describe, expect, test } from 'vitest'

import { connectMock } from '../src/client.ts'
import { createFakeTencent } from '../src/index.ts'

describe('a control over HTTP', () => {
  test('says when what answers is no fake', async () => {
    await using server = await createFakeTencent().listen()
    const elsewhere = connectMock(`${server.url}/v4/timpush/get_tag?`)
    await expect(elsewhere.settings()).rejects.toMatchObject({
      name: 'ControlError',
      status: 200,
      message: expect.stringContaining('does not answer as the admin API'),
    })
  })

  test('takes no answer of another server for one of a fake, whichever it asked', async () => {
    await using other = await badGateway()
    const elsewhere = connectMock(other.url)
    for (const asked of [elsewhere.setTags('xiaoming', []), elsewhere.verify({})]) {
      await expect(asked).rejects.toMatchObject({ code: 'control' })
    }
  })

  test('tells the status of a refusal', async () => {
    await using server = await createFakeTencent().listen()
    const control = connectMock(server.url, 8)
    const refusal = { code: 'control', status: 404, message: 'there is no app 8' }
    for (const asked of [control.faults(), control.verify({})]) {
      await expect(asked).rejects.toMatchObject(refusal)
    }
  })
})

/** A server that is no fake, and answers in JSON with statuses that the admin API has too. */
async function badGateway(): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(({ url }, response) => {
    response.statusCode = url === '/__admin/verify' ? 417 : 502
    response.end('{"message":"Bad Gateway"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
