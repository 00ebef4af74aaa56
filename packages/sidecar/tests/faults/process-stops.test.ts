import { once } from 'node:events'
import { text } from 'node:stream/consumers'

import { describe, expect, test, vi } from 'vitest'

import { openSocket, readAnswer } from '../support/raw-http.ts'
import { restTells } from './support/both-faces.ts'
import { HeldAnswers, RudeUpstream } from './support/rude-upstream.ts'
import { startProcess } from './support/sidecar-process.ts'

/** A busy machine may take its time. */
const PATIENCE = { timeout: 15_000, interval: 5 }

const request = (user: string): string =>
  `GET /v1/users/${user}/tags HTTP/1.1\r\nHost: localhost\r\n\r\n`

describe.concurrent('stopping', () => {
  test('S1 at SIGTERM the fifty requests accepted are answered, queued ones included, idle connections end, readyz says 503, and the exit status is 0', async () => {
    await using upstream = await RudeUpstream.open()
    await using sidecar = await startProcess({
      upstreamUrl: upstream.url,
      environment: { TAGSIDE_MAX_CONCURRENT_CALLS: '2', TAGSIDE_BATCH_MAX_USERS: '10' },
    })
    const idle = Array.from({ length: 3 }, () => openSocket(sidecar.url))
    for (const socket of idle) {
      socket.write(request('user-0'))
      await once(socket, 'data')
    }
    const idleEnded = Promise.all(idle.map((socket) => once(socket, 'close')))

    const slow = new HeldAnswers()
    upstream.answer = slow.answer
    const asking = Array.from({ length: 50 }, () => openSocket(sidecar.url))
    for (const [index, socket] of asking.entries()) socket.write(request(`user-${index + 1}`))
    const metrics = async (): Promise<string> => (await fetch(`${sidecar.opsUrl}/metrics`)).text()
    await vi.waitFor(async () => expect(await metrics()).toContain('tagside_flights 50'), PATIENCE)
    await vi.waitFor(() => expect(slow.held).toBe(2), PATIENCE)

    sidecar.child.kill('SIGTERM')
    const readiness = async (): Promise<number> => (await fetch(`${sidecar.opsUrl}/readyz`)).status
    await vi.waitFor(async () => expect(await readiness()).toBe(503), PATIENCE)
    await idleEnded
    await expect(restTells(sidecar.url, 'user-0')).rejects.toThrow('fetch failed')
    slow.letGo()
    const answers = await Promise.all(asking.map(async (socket) => readAnswer(await text(socket))))
    expect(answers.map(({ status }) => status)).toEqual(asking.map(() => 200))
    expect(answers.map(({ headers }) => headers.get('Connection'))).toEqual(
      asking.map(() => 'close'),
    )
    expect(await sidecar.ended).toBe(0)
    expect(sidecar.logged).toEqual(['info listening', 'info draining', 'info stopped'])
  })

  test('S2 a second signal more than a second after the first ends the process at once, with exit status 1; signals within that second are one', async () => {
    await using upstream = await RudeUpstream.open()
    upstream.answer = () => undefined
    await using sidecar = await startProcess({
      upstreamUrl: upstream.url,
      environment: { TAGSIDE_DRAIN_GRACE: '10m' },
    })
    const answer = fetch(`${sidecar.url}/v1/users/user-1/tags`).catch(() => 'cut')
    await vi.waitFor(() => expect(upstream.calls).toHaveLength(1), PATIENCE)
    const firstAtMs = performance.now()
    const again = setInterval(() => sidecar.child.kill('SIGTERM'), 50)
    expect(await sidecar.ended).toBe(1)
    clearInterval(again)
    expect(performance.now() - firstAtMs).toBeGreaterThan(1_000)
    expect(await answer).toBe('cut')
    expect(sidecar.logged).toEqual(['info listening', 'info draining'])
  })
})
