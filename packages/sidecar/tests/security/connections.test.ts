import { once } from 'node:events'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'

import { Listener, type ListenerOptions } from '../../src/http/listener.ts'
import { openSocket } from '../support/raw-http.ts'
import { type StartedSidecar, startSidecar } from '../support/start-sidecar.ts'

const HEAD_MS = 2_000
const REQUEST_MS = 5_000
const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

const toClose: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(toClose.splice(0).map((close) => close()))
})

/** Starts a listener that answers everybody `content`; returns its URL. */
async function listening(content: string, bounds: ListenerOptions): Promise<string> {
  const address = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const
  const listener = new Listener(address, () => new Response(content), undefined, bounds)
  toClose.push(async () => {
    const closed = listener.close()
    listener.cut()
    await closed
  })
  return listener.listen()
}

/** Asks on a connection that stays open; false if it ends without an answer. */
async function isAnswered(socket: Socket): Promise<boolean> {
  socket.write(request)
  const ended = once(socket, 'close').then(() => [])
  const [answer]: Buffer[] = await Promise.race([once(socket, 'data'), ended])
  return answer?.toString().startsWith('HTTP/1.1 200') ?? false
}

/** A connection whose other end may reset it. */
function opened(url: string): Socket {
  return openSocket(url).on('error', () => undefined)
}

describe.concurrent('T15: a connection ends with 408', () => {
  let started: StartedSidecar

  beforeAll(async () => {
    started = await startSidecar()
  })
  afterAll(() => started[Symbol.asyncDispose]())

  const post =
    'POST /v1/tags:batchGet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'

  test.each([
    ['nothing comes for 2 s', HEAD_MS, '', ''],
    ['its head comes byte by byte', HEAD_MS, `${request.trim()}\r\nX-One: `, 'x'],
    ['its headers come one by one', HEAD_MS, `${request.trim()}\r\n`, 'X: x\r\n'],
    ['its body comes byte by byte', REQUEST_MS, `${post}Content-Length: 999\r\n\r\n`, 'x'],
    [
      'its chunks come one by one',
      REQUEST_MS,
      `${post}Transfer-Encoding: chunked\r\n\r\n`,
      '1\r\nx\r\n',
    ],
  ])('if %s', async (_, leastMs, beginning, drop) => {
    const startedAtMs = performance.now()
    const socket = opened(started.url)
    socket.write(beginning)
    const dripping = setInterval(() => socket.write(drop), 50)
    const answer = await text(socket)
    clearInterval(dripping)
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(performance.now() - startedAtMs).toBeGreaterThan(leastMs - 1)
  })
})

test('T15: more connections than the bound end at once, which is told; those there are served on, and so is another listener', async () => {
  const onFull = vi.fn<() => void>()
  const url = await listening('data', { connectionsMax: 3, onFull })
  const opsUrl = await listening('ops', {})
  const connected = [opened(url), opened(url), opened(url)]
  for (const socket of connected) expect(await isAnswered(socket)).toBe(true)
  for (let further = 0; further < 3; further += 1) expect(await isAnswered(opened(url))).toBe(false)
  expect(onFull).toHaveBeenCalledTimes(1)
  for (const socket of connected) expect(await isAnswered(socket)).toBe(true)
  expect(await isAnswered(opened(opsUrl))).toBe(true)
  connected[0]?.destroy()
  await vi.waitFor(async () => expect(await isAnswered(opened(url))).toBe(true))
})

test('T15: who does not read an answer is cut off when nothing has moved for long', async () => {
  const asked = Promise.withResolvers<void>()
  const listener = new Listener(
    { kind: 'tcp', host: '127.0.0.1', port: 0 },
    () => {
      asked.resolve()
      // More than the system keeps between two sockets.
      return new Response('x'.repeat(64 * 1024 * 1024))
    },
    undefined,
    { silenceMs: 100 },
  )
  const socket = opened(await listener.listen())
  socket.pause().write(request)
  await asked.promise
  // Resolves when every connection is gone.
  await expect(listener.close()).resolves.toBeUndefined()
  socket.destroy()
})
