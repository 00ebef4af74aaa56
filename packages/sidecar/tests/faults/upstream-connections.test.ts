import { once } from 'node:events'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { restTells, told } from './support/both-faces.ts'
import { type Answer, HeldAnswers, RudeUpstream, tagged } from './support/rude-upstream.ts'
import {
  duringFault,
  fakeWith,
  goldMembers,
  numbered,
  OLD_AT_ONCE,
  rudeWith,
  sidecarOver,
} from './support/sidecar-over.ts'
import { createFakeUpstream } from '../support/fake-upstream.ts'

const STALE = { rest: 'stale GoldMember', dropin: 'stale GoldMember' }
const UNREACHABLE = { rest: '502 upstream-unreachable', dropin: 'FAIL 91000 of tagside' }
const LATE = { rest: '504 deadline-exceeded', dropin: 'FAIL 60008 of tagside' }
/** A busy machine may take its time. */
const PATIENCE = { timeout: 15_000, interval: 20 }

/** Monotonic time stands still here and goes on by a word; timers and sockets are real. */
describe('nobody listens', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('U3 where nobody listens, five failed calls open the breaker; while it is open no call is made, and one call after it heals all', async () => {
    const fake = createFakeUpstream({ users: goldMembers(3) })
    const gone = await fake.listen()
    const { port } = gone
    await using sidecar = await sidecarOver(gone.url, OLD_AT_ONCE)
    await told(sidecar.url, 'user-1')
    await gone.close()
    expect(await told(sidecar.url, 'user-2')).toEqual(UNREACHABLE)
    expect(await told(sidecar.url, 'user-1')).toEqual(STALE)
    expect(sidecar.logged).toEqual(['warn breaker-opened'])

    await using back = await fake.listen({ port })
    const { calls } = fake.stats
    const refused = await fetch(`${sidecar.url}/v1/users/user-3/tags`)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('Retry-After')).toBe('1')
    expect(await refused.json()).toMatchObject({ code: 'upstream-unavailable' })
    expect(await told(sidecar.url, 'user-1')).toEqual(STALE)
    expect(fake.stats.calls).toBe(calls)
    vi.advanceTimersByTime(1_000)
    expect(await restTells(sidecar.url, 'user-3')).toBe('fetched GoldMember')
    expect([back.url, fake.stats.calls]).toEqual([gone.url, calls + 1])
    expect(sidecar.logged).toEqual(['warn breaker-opened', 'info breaker-closed'])
  })
})

describe.concurrent('ended connections', () => {
  test('U4 a reset before, in or after the answer is a failed call; on a connection that was in use before, nobody notices', async () => {
    const inBody: Answer = (response) =>
      response.write('{"ErrorCode":0', () => response.socket?.resetAndDestroy())
    const onAccept = async (): ReturnType<ReturnType<typeof rudeWith>> => {
      const upstream = await RudeUpstream.open()
      return {
        url: upstream.url,
        calls: () => upstream.connections,
        fail: () => {
          upstream.hangUp()
          upstream.greet = (socket) => socket.resetAndDestroy()
        },
        [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
      }
    }
    for (const open of [fakeWith('reset'), fakeWith('fin'), rudeWith(inBody), onAccept]) {
      expect(await duringFault(open)).toEqual({ warm: STALE, cold: UNREACHABLE, calls: 3 })
    }

    await using upstream = await RudeUpstream.open()
    await using sidecar = await sidecarOver(upstream.url)
    await restTells(sidecar.url, 'user-1')
    upstream.answer = (response, call) => {
      upstream.answer = tagged('GoldMember')
      if (upstream.connections === 1) response.socket?.resetAndDestroy()
      else upstream.answer(response, call)
    }
    expect(await restTells(sidecar.url, 'user-2')).toBe('fetched GoldMember')
    expect([upstream.connections, upstream.calls.length]).toEqual([2, 3])
  })

  test('U26 an upstream that ends idle connections, with or without a word before, is called on a new one, and nobody notices', async () => {
    await using silent = await RudeUpstream.open()
    await using first = await sidecarOver(silent.url)
    await restTells(first.url, 'user-1')
    const [idle] = silent.sockets
    idle?.end()
    if (idle !== undefined) await once(idle, 'close')
    expect(await restTells(first.url, 'user-2')).toBe('fetched GoldMember')
    expect([silent.connections, silent.calls.length]).toEqual([2, 2])

    await using open = await RudeUpstream.open()
    open.answer = (response, call) => {
      response.setHeader('Keep-Alive', 'timeout=1')
      tagged('GoldMember')(response, call)
    }
    await using second = await sidecarOver(open.url)
    await restTells(second.url, 'user-1')
    expect(await restTells(second.url, 'user-2')).toBe('fetched GoldMember')
    expect([open.connections, open.calls.length]).toEqual([2, 2])
  })
})

describe.concurrent('slow answers', () => {
  test('U5 an upstream that never answers costs a caller its deadline and no more, and a slot its call timeout', async () => {
    let hanging = 0
    const never: Answer = (response) => {
      hanging += 1
      response.once('close', () => (hanging -= 1))
    }
    const { warm, cold } = await duringFault(rudeWith(never), { TAGSIDE_DEADLINE: '100ms' })
    expect({ warm, cold }).toEqual({ warm: STALE, cold: LATE })

    await using upstream = await RudeUpstream.open()
    await using sidecar = await sidecarOver(upstream.url, {
      TAGSIDE_CALL_TIMEOUT: '300ms',
      TAGSIDE_MAX_CONCURRENT_CALLS: '2',
      TAGSIDE_BATCH_MAX_USERS: '1',
    })
    await restTells(sidecar.url, 'user-4')
    upstream.answer = never
    const hurried = { 'X-Request-Timeout-Ms': '100' }
    const answers = numbered(2).map((user) => restTells(sidecar.url, user, hurried))
    expect(await Promise.all(answers)).toEqual([LATE.rest, LATE.rest])
    await vi.waitFor(() => expect(hanging).toBe(0), PATIENCE)
    expect(upstream.calls).toHaveLength(3)
    upstream.answer = tagged('GoldMember')
    expect(await restTells(sidecar.url, 'user-3')).toBe('fetched GoldMember')
  })

  test('U6 an upstream that sends a byte now and then is no better than one that sends nothing: the total time counts', async () => {
    const drip: Answer = (response) => {
      const timer = setInterval(() => response.write(' '), 10)
      response.on('close', () => clearInterval(timer))
    }
    const inTime = await duringFault(rudeWith(drip), { TAGSIDE_CALL_TIMEOUT: '100ms' })
    expect(inTime).toEqual({ warm: STALE, cold: UNREACHABLE, calls: 3 })
    const late = await duringFault(fakeWith('slow:60000'), { TAGSIDE_DEADLINE: '100ms' })
    expect([late.warm, late.cold]).toEqual([STALE, LATE])
  })

  test('U22 a slow upstream gets no more calls at a time than allowed; hits do not wait for it, and misses are answered when it is', async () => {
    await using upstream = await RudeUpstream.open()
    await using sidecar = await sidecarOver(upstream.url, {
      TAGSIDE_MAX_CONCURRENT_CALLS: '4',
      TAGSIDE_BATCH_MAX_USERS: '1',
    })
    await restTells(sidecar.url, 'user-1')
    const slow = new HeldAnswers()
    upstream.answer = slow.answer
    const missing = numbered(21).slice(1)
    const misses = Promise.all(missing.map((user) => restTells(sidecar.url, user)))
    await vi.waitFor(() => expect(slow.held).toBe(4), PATIENCE)
    const hit = { rest: 'fresh GoldMember', dropin: 'fresh GoldMember' }
    expect(await told(sidecar.url, 'user-1')).toEqual(hit)
    while (upstream.calls.length < 21) {
      slow.releaseHeld()
      await vi.waitFor(() => expect(slow.held).toBeGreaterThan(0), PATIENCE)
    }
    slow.letGo()
    expect(await misses).toEqual(missing.map(() => 'fetched GoldMember'))
    expect(slow.highest).toBe(4)
  })
})
