import { setImmediate as turn } from 'node:timers/promises'

import { CallTimeoutError, type TagReply } from '@tagside/core'
import { describe, expect, test } from 'vitest'

import { type LookedUp, TagLookup } from './tag-lookup.ts'
import { between, type Totals } from './totals.ts'

/** A lookup whose time is set and whose calls are held, one at a time, until they are told how to end. */
function heldLookup() {
  const calls: PromiseWithResolvers<TagReply>[] = []
  const world = { now: 0 }
  const lookup = new TagLookup({
    load: () => {
      const call = Promise.withResolvers<TagReply>()
      calls.push(call)
      return call.promise
    },
    windows: {
      ttlMs: 60_000,
      ttlJitter: 0,
      staleWhileRevalidateMs: 0,
      staleIfErrorMs: 0,
      unknownTtlMs: 60_000,
    },
    cacheMaxBytes: 100_000,
    callsPerSecond: 1_000,
    maxConcurrentCalls: 1,
    batchMaxUsers: 100,
    queueMaxUsers: 100,
    rideAlongMs: 0,
    now: () => world.now,
    // A retry as late as may be: after the test.
    random: () => 0.999,
  })
  const callers = new AbortController()
  const ask = (user: string, deadlineMs = 1_000_000): LookedUp =>
    lookup.lookup([user], { deadlineMs, callerLeft: () => callers.signal })
  const begun = async (count: number): Promise<void> => {
    while (calls.length < count) await turn()
  }
  const end = (): void => {
    callers.abort()
    lookup.close()
  }
  return { lookup, calls, world, ask, begun, end }
}

/** What was counted in the seconds that are asked for, by their number since time began. */
function inSeconds(lookup: TagLookup, now: number, of: keyof Totals, ...seconds: number[]) {
  const { atBeginnings } = lookup.lastMinute()
  const last = Math.floor(now / 1_000)
  return seconds.map((second) => {
    const [from, to] = [atBeginnings[60 - last + second], atBeginnings[61 - last + second]]
    if (from === undefined || to === undefined) throw new RangeError(`no second ${second}`)
    return between(from, to)[of]
  })
}

const known: TagReply = { tags: new Map([['xiaoming', ['GoldMember']]]), errors: new Map() }

describe('the last minute', () => {
  test('has each call, failure and user in the second in which it happened, though nobody looked', async () => {
    const { lookup, calls, world, ask, begun, end } = heldLookup()
    world.now = 1_500
    const first = ask('xiaoming')
    await begun(1)
    const second = ask('xiaohong')
    world.now = 3_500
    calls[0]?.resolve(known)
    await first
    world.now = 5_500
    await begun(2)
    world.now = 7_500
    calls[1]?.reject(new CallTimeoutError({ origin: 'https://tencent.example', timeoutMs: 1 }))
    await turn()
    world.now = 9_500
    await lookup.takeExtraCall()
    world.now = 12_500
    void ask('xiaoming')
    world.now = 14_000
    const count = (of: keyof Totals): number[] =>
      inSeconds(lookup, world.now, of, 1, 3, 5, 7, 9, 12)
    expect(count('lookups')).toEqual([2, 0, 0, 0, 0, 1])
    expect(count('hits')).toEqual([0, 0, 0, 0, 0, 1])
    expect(count('calls')).toEqual([1, 0, 1, 0, 1, 0])
    expect(count('batches')).toEqual([1, 0, 1, 0, 0, 0])
    expect(count('callsFailed')).toEqual([0, 0, 0, 1, 0, 0])
    end()
    await second
  })

  test('has a user without an answer in the second of the deadline', async () => {
    const { lookup, world, ask, end } = heldLookup()
    world.now = 1_500
    const late = ask('xiaoming', world.now + 1)
    world.now = 2_500
    expect(await late).toMatchObject([{ kind: 'failed' }])
    world.now = 4_000
    expect(inSeconds(lookup, world.now, 'unanswered', 1, 2, 3)).toEqual([0, 1, 0])
    end()
  })
})
