import { connect } from 'node:net'

import { describe, expect, test, vi } from 'vitest'

import { createFakeTencent, ListenError } from '../src/index.ts'
import { callInit, callUrl, okReply } from './support/caller.ts'
import { eventually } from './support/eventually.ts'
import { heapBytes } from './support/heap.ts'

describe('the port', () => {
  test('answers with the fake as it is now', async () => {
    const fake = createFakeTencent({ users: {} })
    await using server = await fake.listen()
    fake.setTags('xiaoming', ['GoldMember'])
    const response = await fetch(callUrl(fake, server.url), callInit(['xiaoming']))
    expect(await response.json()).toEqual(okReply({ xiaoming: ['GoldMember'] }))
    expect(fake.stats.calls).toBe(1)
  })

  test('is free to be chosen, and its number and URL are told', async () => {
    await using server = await createFakeTencent().listen({ port: 0 })
    expect(server.port).toBeGreaterThan(0)
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
  })

  test.for([
    ['0.0.0.0', '127.0.0.1'],
    ['localhost', 'localhost'],
  ] as const)('bound to %s is reached at %s', async ([host, reached]) => {
    await using server = await createFakeTencent().listen({ port: 0, host })
    expect(server.url).toBe(`http://${reached}:${server.port}`)
    expect((await fetch(server.url, { method: 'HEAD' })).status).toBe(200)
  })

  test('in use is a typed error that says what to do', async () => {
    await using server = await createFakeTencent().listen()
    const failure: unknown = await createFakeTencent()
      .listen({ port: server.port })
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ListenError)
    expect(failure).toMatchObject({
      code: 'port-in-use',
      message: `port ${server.port} of 127.0.0.1 is in use: stop what listens there or choose another port (0 picks a free one)`,
      cause: { code: 'EADDRINUSE' },
    })
  })

  test('at an address that is not ours is a typed error too', async () => {
    await expect(createFakeTencent().listen({ port: 0, host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'cannot-listen',
    })
  })

  test('closes at once, whatever is idle, slow or hanging on it', async () => {
    const fake = createFakeTencent({ rate: 'off' })
    const server = await fake.listen()
    const idle = connect(server.port, '127.0.0.1')
    const ended = new Promise((resolve) => idle.once('close', resolve))
    await (await fetch(callUrl(fake, server.url), callInit(['xiaoming']))).text()
    const open = ['mock_hang', 'mock_delay_3600000', 'mock_slow_3600000'].map(async (id) =>
      (await fetch(callUrl(fake, server.url), callInit([id]))).text(),
    )
    const outcomes = Promise.allSettled(open)
    await eventually(() => fake.stats.calls).toBe(4)
    await server.close()
    await server.close()
    await ended
    expect((await outcomes).map(({ status }) => status)).toEqual(Array(3).fill('rejected'))
    await eventually(() =>
      fake.requests().every(({ durationMs }) => durationMs !== undefined),
    ).toBe(true)
  })

  test('leaves nothing behind of a slow body whose caller left', async () => {
    const fake = createFakeTencent()
    await using server = await fake.listen()
    using set = vi.spyOn(globalThis, 'setTimeout')
    using cleared = vi.spyOn(globalThis, 'clearTimeout')
    const leave = new AbortController()
    const changes = { signal: leave.signal }
    const response = await fetch(
      callUrl(fake, server.url),
      callInit(['mock_slow_3600000'], changes),
    )
    const slow = (): unknown => {
      const index = set.mock.calls.findIndex(([, ms = 0]) => ms > 100_000)
      return set.mock.results[index]?.value
    }
    await eventually(slow).toBeDefined()
    leave.abort()
    await expect(response.text()).rejects.toThrow('aborted')
    await eventually(() => cleared.mock.calls.flat()).toContain(slow())
  })

  test("leaves the process's own Request and Response alone", async () => {
    const { Request: before, Response: beforeToo } = globalThis
    await using server = await createFakeTencent().listen()
    await fetch(server.url, { method: 'HEAD' })
    expect(globalThis.Request).toBe(before)
    expect(globalThis.Response).toBe(beforeToo)
  })

  test('serves 300 slow answers at once', async () => {
    const fake = createFakeTencent({ rate: 'off' })
    await using server = await fake.listen()
    const answers = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const response = await fetch(callUrl(fake, server.url), callInit(['mock_slow_200']))
        return response.json()
      }),
    )
    expect(answers).toEqual(Array(300).fill(okReply({ mock_slow_200: ['mock-tag-1'] })))
  })

  test('serves thousands of calls in a row on a bounded heap', async () => {
    const fake = createFakeTencent({ rate: 'off' })
    await using server = await fake.listen()
    const calls = async (count: number): Promise<void> => {
      for (let made = 0; made < count; made += 20) {
        const answers = Array.from({ length: 20 }, async () =>
          (await fetch(callUrl(fake, server.url), callInit(['xiaoming']))).text(),
        )
        await Promise.all(answers)
      }
    }
    await calls(500)
    const before = heapBytes()
    await calls(1000)
    expect(heapBytes() - before).toBeLessThan(8 * 1024 * 1024)
  })

  test('survives what is not HTTP', async () => {
    const fake = createFakeTencent()
    await using server = await fake.listen()
    const socket = connect(server.port, '127.0.0.1')
    const ended = new Promise((resolve) => socket.once('close', resolve))
    socket.resume()
    socket.write('\u0000\u0001 nonsense\r\n\r\n')
    await ended
    expect((await fetch(server.url, { method: 'HEAD' })).status).toBe(200)
  })
})
