import { describe, expect, test, vi } from 'vitest'

import { openSocket } from '../support/raw-http.ts'
import { dropinTells, dropinTellsAll, restTells, restTellsAll } from './support/both-faces.ts'
import { pipelined } from './support/pipelined.ts'
import { HeldAnswers, RudeUpstream } from './support/rude-upstream.ts'
import { goldMembers, numbered, sidecarOver, sidecarOverFake } from './support/sidecar-over.ts'

/** A busy machine may take its time. */
const PATIENCE = { timeout: 15_000, interval: 5 }

describe('overload', () => {
  test('L1 of ten times the misses that can be served, those in time are fetched and the rest is refused at once; hits are answered, and the budget is kept', async () => {
    const share = 10
    const users = Object.keys(goldMembers(share * 10))
    await using over = await sidecarOverFake(
      { TAGSIDE_CALLS_PER_SECOND: String(share), TAGSIDE_BATCH_MAX_USERS: '1' },
      { users: goldMembers(share * 10) },
    )
    await restTells(over.url, 'user-1')
    let refused = 0
    const startMs = performance.now()
    const ask = async (user: string): Promise<string> => {
      const answer = await restTells(over.url, user, { 'X-Request-Timeout-Ms': '3000' })
      if (answer === '503 overloaded') refused += 1
      return answer
    }
    const answers = Promise.all(users.slice(1).map(ask))
    await vi.waitFor(() => expect(refused).toBeGreaterThan(share * 2), PATIENCE)
    expect(over.sidecar.lookup.state().foregroundUsers).toBeGreaterThan(0)
    const hurried = { 'X-Request-Timeout-Ms': '50' }
    const answer = await fetch(`${over.url}/v1/users/user-x/tags`, { headers: hurried })
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([
      503,
      expect.stringMatching(/^[123]$/),
    ])
    expect(await dropinTells(over.url, 'user-y', hurried)).toBe('FAIL 60018 of tagside')
    expect(await restTells(over.url, 'user-1')).toBe('fresh GoldMember')

    const fetched = (await answers).filter((each) => each === 'fetched GoldMember').length
    const elapsedS = (performance.now() - startMs) / 1_000
    expect(fetched).toBeGreaterThan(share)
    expect(fetched).toBeLessThanOrEqual(share * elapsedS + 1)
    const kinds = ['fetched GoldMember', '503 overloaded', '504 deadline-exceeded']
    expect(kinds).toEqual(expect.arrayContaining([...new Set(await answers)]))
    // They are counted when they arrive, and may do so a little closer to each other than they were sent.
    expect(over.fake.stats.maxCallsInAnySecond).toBeLessThanOrEqual(share + 1)
  })

  test('L2 a flood of hits is answered without a call, and who asks once is not kept waiting by who asks five thousand times', async () => {
    await using over = await sidecarOverFake()
    await restTells(over.url, 'user-1')
    let isOver = false
    // 20 MB: ten turns of the event loop or more, of which the other request needs four.
    const flood = pipelined(over.url, 'user-1', 5_000, 4_000).finally(() => (isOver = true))
    expect(await restTells(over.url, 'user-1')).toBe('fresh GoldMember')
    expect(isOver).toBe(false)
    expect(await flood).toEqual(Array.from({ length: 5_000 }, () => '200'))
    expect(over.fake.stats.calls).toBe(1)
  })

  test('L3 three hundred connections with requests that hang keep neither the probes on the ops listener nor a hit from being answered', async () => {
    await using upstream = await RudeUpstream.open()
    await using over = await sidecarOver(upstream.url)
    await restTells(over.url, 'user-1')
    const slow = new HeldAnswers()
    upstream.answer = slow.answer
    const sockets = Array.from({ length: 300 }, () => openSocket(over.url))
    for (const [index, socket] of sockets.entries()) {
      socket.write(`GET /v1/users/user-${index + 2}/tags HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    }
    await vi.waitFor(() => expect(over.sidecar.lookup.state().flights).toBe(300), PATIENCE)
    for (const probe of ['livez', 'readyz', 'metrics'])
      expect((await fetch(`${over.opsUrl}/${probe}`)).status).toBe(200)
    expect(await restTells(over.url, 'user-1')).toBe('fresh GoldMember')
    for (const socket of sockets) socket.destroy()
    slow.letGo()
    await vi.waitFor(() => expect(over.sidecar.lookup.state().flights).toBe(0), PATIENCE)
  })
})

describe('batches', () => {
  test('L5 a batch of hits and misses is answered at its deadline: the hits with their tags, the misses each with an error', async () => {
    await using upstream = await RudeUpstream.open()
    await using over = await sidecarOver(upstream.url)
    const users = numbered(1_000)
    const hits = users.slice(0, 500)
    await restTellsAll(over.url, hits)
    upstream.answer = () => undefined
    const hurried = { 'X-Request-Timeout-Ms': '300' }
    const inHalves = (missed: string): string[] =>
      users.map((_, index) => (index < 500 ? 'GoldMember' : missed))
    expect(await restTellsAll(over.url, users, hurried)).toEqual(inHalves('deadline-exceeded'))
    const missesFirst = [...users.slice(500, 550), ...users.slice(450, 500)]
    expect(await dropinTellsAll(over.url, missesFirst, hurried)).toEqual(
      missesFirst.map((_, index) => (index < 50 ? '60008' : 'GoldMember')),
    )
  })
})
