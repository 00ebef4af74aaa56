import type { TagReply } from '@tagside/core'
import { describe, expect, test } from 'vitest'

import { listenTo } from '../../tests/support/awaited-flights.ts'
import { defaultWindows } from '../../tests/support/lookup-under-test.ts'
import { BatchQueue } from './batch-queue.ts'
import { type Flight, Flights } from './flights.ts'
import { Landing } from './landing.ts'
import type { Failure } from './outcome.ts'
import { TagCache } from './tag-cache.ts'
import { Trouble } from './trouble.ts'
import { Waiting } from './waiting.ts'

const failure: Failure = { code: 'upstream-unreachable', message: 'away', retryable: false }
const NOW = 1_000

function landingWith() {
  const parts = {
    flights: new Flights(),
    queue: new BatchQueue(),
    cache: new TagCache({ maxBytes: 1e6, windows: defaultWindows, random: () => 0.5 }),
    trouble: new Trouble(),
  }
  const sent = (user: string): Flight => {
    const { flight } = parts.flights.join(user, { refresh: false, anew: false })
    flight.send()
    return flight
  }
  return { ...parts, sent, landing: new Landing({ ...parts, now: () => NOW }) }
}

const reply = (tags: Record<string, string[]>, codes: Record<string, number> = {}): TagReply => ({
  tags: new Map(Object.entries(tags)),
  errors: new Map(
    Object.entries(codes).map(([user, code]) => [user, { code, message: '', reason: 'refused' }]),
  ),
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('Landing of an answered call', () => {
  test('stores each user, tells who waits, and ends the flights', async () => {
    const { landing, flights, cache, sent } = landingWith()
    const batch = ['xiaoming', 'ghost', 'troubled'].map(sent)
    const told = listenTo(batch)
    landing.answered(batch, reply({ xiaoming: ['a'] }, { ghost: 70_107, troubled: 70_169 }), 900)
    await turn()
    expect([...told]).toEqual([
      ['xiaoming', 'fetched ["a"]'],
      ['ghost', 'fetched unknown'],
      ['troubled', 'upstream-error'],
    ])
    expect(cache.get('xiaoming')).toMatchObject({ tagsJson: '["a"]', fetchedAtMs: 900 })
    expect(cache.get('ghost')).toMatchObject({ kind: 'unknown', fetchedAtMs: 900 })
    expect(cache.get('troubled')).toBeUndefined()
    expect(flights.size).toBe(0)
    expect(batch.flatMap(({ waiters }) => waiters)).toEqual([])
  })

  test('has the whole batch in the cache before anybody wakes', () => {
    const { landing, cache, sent } = landingWith()
    const batch = ['xiaoming', 'xiaohong'].map(sent)
    const [first] = batch
    const cachedThen: boolean[] = []
    const stored = (): boolean[] =>
      ['xiaoming', 'xiaohong'].map((user) => cache.get(user) !== undefined)
    Object.defineProperty(first, 'waiters', {
      get: () => {
        cachedThen.push(...stored())
        return []
      },
    })
    landing.answered(batch, reply({ xiaoming: [], xiaohong: [] }), 900)
    expect(cachedThen).toEqual([true, true])
  })

  test('tells who waits for a fetch that began before an invalidation, and stores nothing', async () => {
    const { landing, flights, cache, sent } = landingWith()
    const batch = [sent('xiaoming')]
    const told = listenTo(batch)
    flights.invalidate('xiaoming')
    landing.answered(batch, reply({ xiaoming: ['old'] }), 900)
    await turn()
    expect(told.get('xiaoming')).toBe('fetched ["old"]')
    expect(cache.get('xiaoming')).toBeUndefined()
  })

  test('forgets the trouble of users that were answered, and remembers that of users that failed', () => {
    const { landing, trouble, sent } = landingWith()
    for (const user of ['xiaoming', 'ghost']) {
      trouble.failed(user, NOW)
      trouble.blame(user, failure, NOW)
    }
    const batch = ['xiaoming', 'ghost', 'troubled'].map(sent)
    landing.answered(batch, reply({ xiaoming: [] }, { ghost: 70_107, troubled: 70_169 }), 900)
    const cooling = ['xiaoming', 'ghost', 'troubled'].map((user) => trouble.isCooling(user, NOW))
    expect(cooling).toEqual([false, false, true])
    expect(trouble.culprit('xiaoming', NOW)).toBeUndefined()
    expect(trouble.isCooling('troubled', NOW + 999)).toBe(true)
    expect(trouble.isCooling('troubled', NOW + 1_000)).toBe(false)
  })
})

describe('Landing of failed users', () => {
  test('tells who waits, leaves the users alone for a second, and ends the flights', async () => {
    const { landing, flights, trouble, sent } = landingWith()
    const batch = ['xiaoming', 'xiaohong'].map(sent)
    const told = listenTo(batch)
    landing.failed(batch, failure)
    await turn()
    expect([...told.values()]).toEqual(['upstream-unreachable', 'upstream-unreachable'])
    expect(trouble.isCooling('xiaohong', NOW + 999)).toBe(true)
    expect(flights.size).toBe(0)
  })
})

describe('Landing of users whom it is of no use to ask for', () => {
  test('tells of each whether any call was made for it', async () => {
    const { landing, flights, sent } = landingWith()
    const again = sent('xiaoming')
    again.requeue()
    const { flight: never } = flights.join('xiaohong', { refresh: false, anew: false })
    const requests = [again, never].map((flight) => {
      const request = new Waiting([undefined], 2_000, () => 0)
      flight.waiters.push(request.seat({ index: 0, fallback: undefined, coalesced: false }))
      return request.begin(0, Infinity, undefined)
    })
    landing.failed([again, never], failure)
    expect(await Promise.all(requests)).toEqual([
      [{ kind: 'failed', failure }],
      [{ kind: 'failed', failure, nothingSent: true }],
    ])
  })
})

describe('a flight that was parked behind one that lands', () => {
  test.each([
    [false, [1, 0]],
    [true, [0, 1]],
  ])('is queued, as a refresh if nobody waits for it: %s', (refresh, [foreground, refreshes]) => {
    const { landing, flights, queue, sent } = landingWith()
    const flight = sent('xiaoming')
    const { flight: parked } = flights.join('xiaoming', { refresh, anew: true })
    landing.failed([flight], failure)
    expect(parked.state).toBe('queued')
    expect([queue.foregroundUsers, queue.refreshUsers]).toEqual([foreground, refreshes])
    expect(flights.size).toBe(1)
  })
})
