import { once } from 'node:events'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'

import { describe, expect, test, vi } from 'vitest'

import { drain } from '../src/drain.ts'
import { createLog } from '../src/observe/log.ts'
import { problemOf } from './support/problem-of.ts'
import { openSocket, readAnswer } from './support/raw-http.ts'
import { type StartedSidecar, startSidecar } from './support/start-sidecar.ts'

/** Longer than any test may take: whoever waits for it has failed. */
const LONG_MS = 60_000
const silent = createLog('silent', { write: () => undefined })

const get = (user: string): string =>
  `GET /v1/users/${user}/tags HTTP/1.1\r\nHost: localhost\r\nX-Request-Timeout-Ms: 10000\r\n\r\n`

/** Sends requests in one piece and returns once the first call is on its way to Tencent. */
async function sendAndAwaitCall(started: StartedSidecar, requests: string): Promise<Socket> {
  const socket = openSocket(started.url)
  socket.write(requests)
  await vi.waitUntil(() => started.fake.stats.calls === 1, { interval: 1, timeout: LONG_MS })
  return socket
}

/**
 * Opens a connection on which a request has begun to arrive. The answer to another one before it tells that the beginning is
 * there: both were sent in one piece.
 */
async function openWithHalfARequest(started: StartedSidecar, line: string): Promise<Socket> {
  const socket = openSocket(started.url)
  socket.write(`${get('xiaoming')}${line}\r\n`)
  await once(socket, 'data')
  return socket
}

describe('a draining sidecar', () => {
  test('answers what it has accepted, and is done with the last answer', async () => {
    await using started = await startSidecar()
    const socket = await sendAndAwaitCall(started, get('mock_delay_50'))
    const drained = drain(started.sidecar, LONG_MS, silent)
    const answer = readAnswer(await text(socket))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Connection')).toBe('close')
    expect(await answer.json()).toMatchObject({ tags: ['mock-tag-1'] })
    expect(await drained).toBe(true)
  })

  test('does not wait for clients that merely keep their connection', async () => {
    await using started = await startSidecar()
    const socket = openSocket(started.url)
    socket.write(get('xiaoming'))
    await once(socket, 'data')
    const ended = once(socket, 'close')
    expect(await drain(started.sidecar, LONG_MS, silent)).toBe(true)
    await ended
  })

  test.each(['GET /v1/users/xiaoming/tags HTTP/1.1', 'POST /v1/tags:batchGet HTTP/1.1'])(
    'refuses a lookup that comes late on an open connection with 503: %s',
    async (line) => {
      await using started = await startSidecar()
      const socket = await openWithHalfARequest(started, line)
      const drained = drain(started.sidecar, LONG_MS, silent)
      socket.write('Host: localhost\r\n\r\n')
      const answer = readAnswer(await text(socket))
      expect(answer.headers.get('Retry-After')).toBe('1')
      expect(answer.headers.get('Connection')).toBe('close')
      expect(await problemOf(answer)).toMatchObject({
        status: 503,
        code: 'draining',
        retryable: true,
      })
      expect(await drained).toBe(true)
    },
  )

  test('refuses a drop-in call that comes late with 60018', async () => {
    await using started = await startSidecar()
    const socket = await openWithHalfARequest(started, 'POST /v4/timpush/get_tag HTTP/1.1')
    const drained = drain(started.sidecar, LONG_MS, silent)
    socket.write('Host: localhost\r\n\r\n')
    const answer = readAnswer(await text(socket))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ ActionStatus: 'FAIL', ErrorCode: 60018 })
    expect(await drained).toBe(true)
  })

  test('takes no connection for lookups, and tells probes that it is not ready', async () => {
    await using started = await startSidecar()
    const socket = await openWithHalfARequest(started, 'GET /v1/users/xiaoming/tags HTTP/1.1')
    const drained = drain(started.sidecar, LONG_MS, silent)
    await expect(fetch(`${started.url}/v1/users/xiaoming/tags`)).rejects.toMatchObject({
      cause: { code: 'ECONNREFUSED' },
    })
    expect((await fetch(`${started.opsUrl}/readyz`)).status).toBe(503)
    socket.write('Host: localhost\r\n\r\n')
    await drained
    await expect(fetch(`${started.opsUrl}/readyz`)).rejects.toThrow('fetch failed')
  })

  test('cuts what is not answered within the grace, and says so', async () => {
    await using started = await startSidecar()
    const socket = await sendAndAwaitCall(started, get('mock_hang'))
    const lines: string[] = []
    const log = createLog('info', { write: (line) => lines.push(line) })
    expect(await drain(started.sidecar, 1, log)).toBe(false)
    expect(await text(socket)).toBe('')
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { level: 'info', event: 'draining', graceMs: 1 },
      { level: 'warn', event: 'drain-cut' },
      { level: 'info', event: 'stopped' },
    ])
  })
})
