import { describe, expect, test } from 'vitest'

import { everySequence } from '../../tests/support/every-sequence.ts'
import { NaiveBreaker } from '../../tests/support/naive-breaker.ts'
import { Breaker, type BreakerState } from './breaker.ts'

const breakerAt = (random: number): Breaker => new Breaker(() => random)

/** Makes calls that end at once; returns the state after them. */
function calls(breaker: Breaker, outcomes: string, now: number): BreakerState {
  for (const outcome of outcomes) breaker.ended(outcome === '-', breaker.started(now), now)
  return breaker.state(now)
}

describe('Breaker', () => {
  test.each([
    ['----', 'closed', 'four calls mean nothing'],
    ['-----', 'open', 'five failures'],
    ['++---', 'open', 'three of five'],
    ['+++--', 'closed', 'two of five'],
    ['+++---', 'open', 'half of six'],
    ['----+', 'closed', 'a success is no reason to open'],
    ['----+-', 'open', 'the next failure is'],
    [`${'+'.repeat(11)}${'-'.repeat(9)}`, 'closed', 'nine of twenty'],
    [`${'+'.repeat(10)}${'-'.repeat(10)}`, 'open', 'ten of twenty'],
    [`${'+'.repeat(100)}${'-'.repeat(10)}`, 'open', 'ten of the last twenty'],
    [`${'+'.repeat(10)}-${'+'.repeat(10)}${'-'.repeat(9)}`, 'open', 'ten of the last twenty'],
    [`${'+'.repeat(10)}-${'+'.repeat(11)}${'-'.repeat(9)}`, 'closed', 'nine of the last twenty'],
  ])('after calls %s is %s: %s', (outcomes, state) => {
    expect(calls(breakerAt(0), outcomes.slice(0, -1), 0)).toBe('closed')
    expect(calls(breakerAt(0), outcomes, 0)).toBe(state)
  })

  test('opens for one second, then two, then four and never longer; one second again once it was closed', () => {
    const breaker = breakerAt(0)
    let now = 10
    calls(breaker, '-----', now)
    for (const openMs of [1_000, 2_000, 4_000, 4_000]) {
      expect(breaker.retryAfterMs(now)).toBe(openMs)
      expect(breaker.state(now + openMs - 1)).toBe('open')
      expect(breaker.mayCall(now + openMs - 1)).toBe(false)
      now += openMs
      expect([breaker.state(now), breaker.mayCall(now)]).toEqual(['half-open', true])
      calls(breaker, '-', now)
    }
    now += 4_000
    expect(calls(breaker, '+', now)).toBe('closed')
    expect(breaker.retryAfterMs(now)).toBe(0)
    expect(calls(breaker, '-----', now)).toBe('open')
    expect(breaker.retryAfterMs(now)).toBe(1_000)
  })

  test('takes no call for a probe that starts before its time is over', () => {
    const breaker = breakerAt(0)
    calls(breaker, '-----', 0)
    expect([breaker.started(999), breaker.mayCall(1_000)]).toEqual([false, true])
    expect(breaker.started(1_000)).toBe(true)
  })

  test('tells no time to wait, and never less than none, while its probe is under way', () => {
    const breaker = breakerAt(0)
    calls(breaker, '-----', 0)
    breaker.started(1_000)
    expect([breaker.retryAfterMs(5_000), breaker.probingMs(5_000)]).toEqual([0, 4_000])
  })

  test('shortens an open time by at most a fifth, and never lengthens it', () => {
    for (const [random, openMs] of [
      [0, 1_000],
      [0.5, 900],
      [0.999_999, 800],
    ] as const) {
      const breaker = breakerAt(random)
      calls(breaker, '-----', 0)
      expect(breaker.retryAfterMs(0)).toBeCloseTo(openMs, 2)
    }
  })

  test.each([
    [0, 1_000],
    [999, 1_000],
    [1_001, 1_001],
    [4_000, 4_000],
    [4_001, 4_000],
    [3_600_000, 4_000],
  ])('asked to leave the upstream alone for %i ms, stays open for %i', (hintMs, openMs) => {
    const breaker = breakerAt(0)
    calls(breaker, '----', 0)
    breaker.ended(true, breaker.started(0), 0, hintMs)
    expect(breaker.retryAfterMs(0)).toBe(openMs)
  })

  test('heeds the hint of a failed probe as well, and doubles from its own time, not from the hint', () => {
    const breaker = breakerAt(0)
    calls(breaker, '-----', 0)
    breaker.ended(true, breaker.started(1_000), 1_000, 3_000)
    expect(breaker.retryAfterMs(1_000)).toBe(3_000)
    calls(breaker, '-', 4_000)
    expect(breaker.retryAfterMs(4_000)).toBe(4_000)
  })

  test('lets one call through when its time is over, and no other before that one has ended', () => {
    const breaker = breakerAt(0)
    calls(breaker, '-----', 0)
    expect(breaker.mayCall(1_000)).toBe(true)
    expect(breaker.started(1_000)).toBe(true)
    expect(breaker.mayCall(1_000)).toBe(false)
    expect(breaker.mayCall(60_000)).toBe(false)
    breaker.ended(false, true, 60_000)
    expect(breaker.mayCall(60_000)).toBe(true)
    expect(breaker.started(60_000)).toBe(false)
  })

  test('knows for how long its probe has been under way', () => {
    const breaker = breakerAt(0)
    calls(breaker, '-----', 0)
    expect(breaker.probingMs(1_500)).toBe(0)
    breaker.started(1_500)
    expect([breaker.probingMs(1_500), breaker.probingMs(3_500)]).toEqual([0, 2_000])
    breaker.ended(true, true, 3_500)
    expect(breaker.probingMs(6_000)).toBe(0)
  })

  test('learns nothing, while open, from calls that began before', () => {
    const breaker = breakerAt(0)
    calls(breaker, '-----', 0)
    for (let call = 0; call < 30; call += 1) breaker.ended(false, false, 500)
    expect(breaker.state(500)).toBe('open')
    for (let call = 0; call < 30; call += 1) breaker.ended(true, false, 500)
    expect(breaker.retryAfterMs(500)).toBe(500)
    calls(breaker, '+', 1_000)
    expect(calls(breaker, '----', 1_000)).toBe('closed')
  })
})

describe('Breaker agrees with its rules told naively', () => {
  /** Calls may overlap: an end is that of the call that has been under way longest. */
  function expectAgreement(events: readonly string[]): void {
    const breaker = breakerAt(0)
    const model = new NaiveBreaker()
    const underWay: boolean[] = []
    let now = 0
    for (const event of events) {
      if (event === 'wait') now += 500
      else if (event === 'start') {
        expect(breaker.mayCall(now)).toBe(model.mayCall(now))
        if (!model.mayCall(now)) continue
        const isProbe = model.started(now)
        expect(breaker.started(now)).toBe(isProbe)
        underWay.push(isProbe)
      } else {
        const isProbe = underWay.shift()
        if (isProbe === undefined) continue
        breaker.ended(event === 'fails', isProbe, now)
        model.ended(event === 'fails', isProbe, now)
      }
      expect(breaker.state(now)).toBe(model.state(now))
      expect(breaker.mayCall(now)).toBe(model.mayCall(now))
    }
  }

  test('on every sequence of eight calls and pauses', () => {
    for (const steps of everySequence(['succeeds', 'fails', 'wait'], 8)) {
      expectAgreement(steps.flatMap((step) => (step === 'wait' ? ['wait'] : ['start', step])))
    }
  })

  test('on every sequence of five events, of overlapping calls, around an opening', () => {
    const opening = Array.from({ length: 4 }, () => ['start', 'fails']).flat()
    const before = [...opening, 'start', 'start', 'start', 'fails']
    for (const steps of everySequence(['start', 'succeeds', 'fails', 'wait'], 5)) {
      expectAgreement([...before, ...steps])
      expectAgreement([...before, 'wait', 'wait', ...steps])
    }
  })
})
