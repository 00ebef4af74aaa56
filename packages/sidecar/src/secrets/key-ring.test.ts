import { type RefusedError, Secret, type TagReply } from '@tagside/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { pass, runToQuiet } from '../../tests/support/fake-time.ts'
import { ask, lookupOver } from '../../tests/support/lookup-under-test.ts'
import {
  mostCallsInAnySecond,
  recordingUpstream,
  refusedWith,
  unreachable,
} from '../../tests/support/recording-upstream.ts'
import { KeyRing } from './key-ring.ts'
import type { Verdict } from './secret-change.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const CALL_MS = 30
const ANSWER: TagReply = { tags: new Map(), errors: new Map() }

interface Call {
  readonly key: string
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly isGood: boolean
}

/** A ring that begins with `old`, in front of a Tencent that accepts some keys. What it says of a call it says when the call begins. */
function ringWith(...accepted: readonly string[]) {
  const calls: Call[] = []
  const verdicts: Verdict[] = []
  const tencent = {
    accepts: new Set(accepted),
    refusal: refusedWith(70_009) as Error,
    callMs: CALL_MS,
    extraCalls: 0,
    /** The key that nobody has seen in the file yet. */
    inFile: undefined as string | undefined,
  }
  const ring = new KeyRing({
    secretKey: new Secret('old'),
    now: () => performance.now(),
    takeExtraCall: async () => {
      tencent.extraCalls += 1
    },
    lookForNew: async () => {
      if (tencent.inFile !== undefined) offer(tencent.inFile)
      tencent.inFile = undefined
    },
    onVerdict: (verdict) => verdicts.push(verdict),
    loadWith: (secret) => async () => {
      const key = secret.reveal()
      const { refusal, callMs } = tencent
      const isGood = tencent.accepts.has(key)
      const startedAtMs = performance.now()
      calls.push({ key, startedAtMs, endedAtMs: startedAtMs + callMs, isGood })
      await new Promise((resolve) => setTimeout(resolve, callMs))
      if (!isGood) throw refusal
      return ANSWER
    },
  })
  const call = (): Promise<string> =>
    ring.load(['xiaoming']).then(
      () => 'answered',
      (error: RefusedError) => String(error.errorCode ?? error.message),
    )
  /** Makes calls side by side, and returns how they ended. */
  const callsAtOnce = async (count: number): Promise<string[]> => {
    const made = Array.from({ length: count }, call)
    await runToQuiet()
    return Promise.all(made)
  }
  const offer = (key: string) => ring.offer(new Secret(key))
  const keys = (): string[] => calls.map(({ key }) => key)
  return { ring, tencent, calls, verdicts, call, callsAtOnce, offer, keys }
}

const answered = (count: number): string[] => Array.from({ length: count }, () => 'answered')

describe('a new key that Tencent accepts', () => {
  test('is tried by one call; those beside it, and those under way, have the one before; then it is in use', async () => {
    const { ring, verdicts, call, callsAtOnce, offer, keys } = ringWith('old', 'new')
    const underWay = call()
    await pass(10)
    expect([offer('new'), ring.isOnTrial]).toEqual(['on-trial', true])
    expect(await callsAtOnce(3)).toEqual(answered(3))
    expect(await underWay).toBe('answered')
    expect(keys()).toEqual(['old', 'new', 'old', 'old'])
    expect([verdicts, ring.isOnTrial]).toEqual([[{ kind: 'accepted' }], false])
    await callsAtOnce(2)
    expect(keys().slice(4)).toEqual(['new', 'new'])
  })

  test('answers calls that began with the one before, which Tencent has dropped', async () => {
    const { tencent, call, callsAtOnce, offer, keys } = ringWith('new')
    const underWay = [call(), call()]
    await pass(10)
    offer('new')
    tencent.accepts = new Set(['new'])
    expect(await callsAtOnce(1)).toEqual(['answered'])
    expect(await Promise.all(underWay)).toEqual(answered(2))
    expect([keys(), tencent.extraCalls]).toEqual([['old', 'old', 'new', 'new', 'new'], 2])
  })
})

describe('a new key that Tencent refuses', () => {
  test.each([70_003, 70_009, 70_005, 60_005, 90_009])(
    'with %i costs one call, which is repeated at once with the one before; no user fails',
    async (code) => {
      const { ring, tencent, verdicts, callsAtOnce, offer, keys } = ringWith('old')
      tencent.refusal = refusedWith(code)
      offer('new')
      expect(await callsAtOnce(3)).toEqual(answered(3))
      expect(await callsAtOnce(20)).toEqual(answered(20))
      expect(keys()).toEqual(['new', ...Array.from({ length: 23 }, () => 'old')])
      expect(tencent.extraCalls).toBe(1)
      expect(verdicts).toEqual([{ kind: 'refused', upstreamCode: code }])
      expect(ring.isOnTrial).toBe(true)
    },
  )

  test('is tried again when the one before is refused, by one call: the others wait for it', async () => {
    const { tencent, calls, verdicts, callsAtOnce, offer, keys } = ringWith('old')
    offer('new')
    await callsAtOnce(1)
    tencent.accepts = new Set(['new'])
    expect(await callsAtOnce(10)).toEqual(answered(10))
    expect(keys().slice(2)).toEqual([...Array(10).fill('old'), ...Array(10).fill('new')])
    const tries = calls.filter(({ key }) => key === 'new').slice(1)
    expect(tries.map(({ startedAtMs }) => startedAtMs - (tries[0]?.startedAtMs ?? 0))).toEqual([
      0,
      ...Array(9).fill(CALL_MS),
    ])
    expect(verdicts).toEqual([{ kind: 'refused', upstreamCode: 70_009 }, { kind: 'accepted' }])
  })

  test('is tried once more when the one before is refused too, and then each is called in turn, without repeats', async () => {
    const { tencent, verdicts, callsAtOnce, offer, keys } = ringWith('old')
    offer('new')
    await callsAtOnce(1)
    tencent.accepts.clear()
    expect(await callsAtOnce(5)).toEqual(Array(5).fill('70009'))
    expect(keys().slice(2)).toEqual([...Array(5).fill('old'), 'new'])
    for (let minute = 0; minute < 4; minute += 1) {
      await pass(60_000)
      expect(await callsAtOnce(1)).toEqual(['70009'])
    }
    expect(keys().slice(8)).toEqual(['old', 'new', 'old', 'new'])
    expect(verdicts).toHaveLength(1)
    tencent.accepts.add('new')
    expect([await callsAtOnce(1), await callsAtOnce(1)]).toEqual([['70009'], ['answered']])
    expect([keys().at(-1), verdicts.at(-1)]).toEqual(['new', { kind: 'accepted' }])
  })

  test('is not repeated with a key that is known to be refused', async () => {
    const { verdicts, callsAtOnce, offer, keys } = ringWith()
    expect(await callsAtOnce(1)).toEqual(['70009'])
    offer('new')
    expect(await callsAtOnce(1)).toEqual(['70009'])
    await pass(60_000)
    expect(await callsAtOnce(1)).toEqual(['70009'])
    expect(keys()).toEqual(['old', 'new', 'old'])
    expect(verdicts).toEqual([{ kind: 'refused', upstreamCode: 70_009 }])
  })

  test('makes two calls, not three, when the one before turns out to be refused as well', async () => {
    const { callsAtOnce, offer, keys } = ringWith()
    offer('new')
    expect(await callsAtOnce(1)).toEqual(['70009'])
    expect(keys()).toEqual(['new', 'old'])
  })

  test('is tried at once again when Tencent changes between its call and the repeat', async () => {
    const { tencent, call, callsAtOnce, offer, keys } = ringWith('old')
    offer('new')
    const tries = call()
    await pass(10)
    const beside = call()
    await pass(15)
    tencent.accepts = new Set(['new'])
    expect(await callsAtOnce(0)).toEqual([])
    expect(await Promise.all([tries, beside])).toEqual(answered(2))
    expect(keys()).toEqual(['new', 'old', 'old', 'new'])
  })

  test('is not tried again for a minute if the file names it again: two writers take turns', async () => {
    const { callsAtOnce, offer, keys, verdicts } = ringWith('old')
    offer('new')
    await callsAtOnce(1)
    for (let turn = 0; turn < 50; turn += 1) {
      expect([offer('old'), offer('new')]).toEqual(['in-use', 'refused-before'])
      await callsAtOnce(1)
    }
    expect(offer('other')).toBe('on-trial')
    await callsAtOnce(1)
    expect(offer('new')).toBe('refused-before')
    expect(keys().filter((key) => key !== 'old')).toEqual(['new', 'other'])
    expect(verdicts).toHaveLength(2)
    await pass(60_000)
    offer('old')
    expect(offer('new')).toBe('on-trial')
  })
})

describe('a key in use that Tencent refuses', () => {
  test('has the file looked at: a key that is there already answers the calls that were refused', async () => {
    const { tencent, callsAtOnce, keys } = ringWith('old')
    tencent.accepts = new Set(['new'])
    tencent.inFile = 'new'
    expect(await callsAtOnce(5)).toEqual(answered(5))
    expect(keys()).toEqual([...Array(5).fill('old'), ...Array(5).fill('new')])
  })

  test('is called once where there is no other', async () => {
    const { callsAtOnce, keys, tencent } = ringWith()
    tencent.inFile = 'old'
    expect(await callsAtOnce(1)).toEqual(['70009'])
    expect(keys()).toEqual(['old'])
  })
})

describe('a failure that is not about the key', () => {
  test.each([
    ['of the network', unreachable()],
    ['a throttled call', refusedWith(60_007)],
    ['a malformed request', refusedWith(90_001)],
    ['an expired signature', refusedWith(70_001)],
    ['an application that is disabled', refusedWith(60_016)],
    ['an application that is locked out', refusedWith(70_050)],
  ])('is not repeated, and the key on trial is tried by the next call: %s', async (_, refusal) => {
    const { ring, tencent, verdicts, callsAtOnce, offer, keys } = ringWith()
    tencent.refusal = refusal
    offer('new')
    expect(await callsAtOnce(1)).not.toEqual(['answered'])
    expect([keys(), verdicts, ring.isOnTrial]).toEqual([['new'], [], true])
    tencent.accepts.add('new')
    expect(await callsAtOnce(1)).toEqual(['answered'])
    expect([keys(), ring.isOnTrial]).toEqual([['new', 'new'], false])
  })

  test('of the try that others wait for lets one of them try, and keeps the rest waiting no longer', async () => {
    const { tencent, calls, callsAtOnce, offer, keys } = ringWith()
    const ended = callsAtOnce(4)
    await pass(10)
    offer('new')
    tencent.refusal = unreachable()
    const outcomes = await ended
    expect(keys()).toEqual(['old', 'old', 'old', 'old', 'new', 'new'])
    expect((calls[5]?.startedAtMs ?? 0) - (calls[4]?.startedAtMs ?? 0)).toBe(CALL_MS)
    expect(outcomes).toEqual([tencent.refusal.message, tencent.refusal.message, '70009', '70009'])
  })
})

test('a call that began before its key was refused does not make the key good again', async () => {
  const { tencent, call, callsAtOnce, offer, keys } = ringWith('old')
  tencent.callMs = 100
  const slow = call()
  tencent.callMs = CALL_MS
  tencent.accepts.clear()
  await pass(10)
  expect(await callsAtOnce(1)).toEqual(['70009'])
  expect(await slow).toBe('answered')
  offer('new')
  expect(await callsAtOnce(1)).toEqual(['70009'])
  expect(keys()).toEqual(['old', 'old', 'new'])
})

test('the key that the file goes back to is in use, and the one that was on trial is forgotten', async () => {
  const { ring, callsAtOnce, offer, keys, verdicts } = ringWith('old', 'new')
  offer('new')
  expect([offer('old'), ring.isOnTrial]).toEqual(['in-use', false])
  await callsAtOnce(2)
  expect([keys(), verdicts]).toEqual([['old', 'old'], []])
})

test('whatever wrong keys the file names, nobody fails, each costs one call, and no two are tried at once', async () => {
  const event = fc.record({
    afterMs: fc.nat(80),
    calls: fc.nat(4),
    key: fc.option(fc.constantFrom('old', 'wrong-1', 'wrong-2', 'wrong-3'), { nil: undefined }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 20 }), async (events) => {
      const { calls, call, offer } = ringWith('old')
      const made: Promise<string>[] = []
      let offers = 0
      for (const { afterMs, calls: count, key } of events) {
        await pass(afterMs)
        if (key !== undefined && offer(key) === 'on-trial') offers += 1
        for (let each = 0; each < count; each += 1) made.push(call())
      }
      await runToQuiet()
      expect(await Promise.all(made)).toEqual(answered(made.length))
      const bad = calls.filter(({ isGood }) => !isGood)
      expect(bad.length).toBeLessThanOrEqual(offers)
      for (const [index, { startedAtMs }] of bad.entries())
        expect(startedAtMs).toBeGreaterThanOrEqual(bad[index - 1]?.endedAtMs ?? 0)
    }),
    { seed: 5, numRuns: 200 },
  )
})

test('whenever the file and Tencent change to a right key, nobody fails as long as the file is first', async () => {
  const schedule = fc.record({
    fileAtMs: fc.nat(300),
    tencentLaterMs: fc.nat(300),
    /** Until then the file is not looked at by itself. */
    noticedLaterMs: fc.nat(200),
    overlapMs: fc.nat(100),
  })
  await fc.assert(
    fc.asyncProperty(schedule, async (at) => {
      const { tencent, call, offer, calls } = ringWith('old')
      const made: Promise<string>[] = []
      const newFromMs = at.fileAtMs + at.tencentLaterMs
      const happens = [
        { atMs: at.fileAtMs, act: () => (tencent.inFile = 'new') },
        {
          atMs: at.fileAtMs + at.noticedLaterMs,
          act: () => {
            if (tencent.inFile !== undefined) offer(tencent.inFile)
            tencent.inFile = undefined
          },
        },
        { atMs: newFromMs, act: () => tencent.accepts.add('new') },
        { atMs: newFromMs + at.overlapMs, act: () => tencent.accepts.delete('old') },
      ]
      for (let ms = 0; ms < 900; ms += 5) {
        for (const { atMs, act } of happens) if (atMs >= ms && atMs < ms + 5) act()
        made.push(call())
        await pass(5)
      }
      await runToQuiet()
      expect(new Set(await Promise.all(made))).toEqual(new Set(['answered']))
      expect(calls.at(-1)?.key).toBe('new')
    }),
    { seed: 5, numRuns: 60 },
  )
})

test('guarantee 1: repeats have their room in the budget, however often the file is wrong', async () => {
  const upstream = recordingUpstream()
  let wrongKeys = 0
  const ring = new KeyRing({
    secretKey: new Secret('old'),
    now: () => performance.now(),
    takeExtraCall: () => lookup.takeExtraCall(),
    lookForNew: async () => undefined,
    onVerdict: () => undefined,
    loadWith: (secret) => async (users) => {
      const reply = await upstream.load(users)
      if (secret.reveal() === 'old') return reply
      throw refusedWith(70_009)
    },
  })
  const lookup = lookupOver(
    { ...upstream, load: (users) => ring.load(users) },
    { callsPerSecond: 10 },
  )
  for (let ms = 0; ms < 20_000; ms += 50) {
    if (ms % 200 === 0) ring.offer(new Secret(`wrong-${(wrongKeys += 1)}`))
    void ask(lookup, [`user-${ms}`])
    await pass(50)
  }
  lookup.close()
  expect(upstream.calls.length).toBeGreaterThan(150)
  expect(mostCallsInAnySecond(upstream.calls)).toBe(10)
})
