import { describe, expect, test } from 'vitest'

import { everySequence } from '../../tests/support/every-sequence.ts'
import { Pace } from './pace.ts'

describe('Pace', () => {
  test('is full until Tencent throttles', () => {
    expect([0, 1, 1e9].map((now) => new Pace().factor(now))).toEqual([1, 1, 1])
  })

  test('halves for a throttled call, down to a tenth and never below', () => {
    const pace = new Pace()
    const factors = [1, 2, 3, 4, 5].map((now) => {
      pace.throttled(now, now)
      return Number(pace.factor(now).toFixed(3))
    })
    expect(factors).toEqual([0.5, 0.25, 0.125, 0.1, 0.1])
  })

  test('climbs back by a twentieth a second, to full and no further', () => {
    const pace = new Pace()
    pace.throttled(0, 1_000)
    expect(pace.factor(2_000)).toBeCloseTo(0.55, 9)
    expect(pace.factor(10_999)).toBeLessThan(1)
    expect(pace.factor(11_000)).toBe(1)
    expect(pace.factor(1e9)).toBe(1)
  })

  test('halves from where it has climbed to', () => {
    const pace = new Pace()
    pace.throttled(0, 0)
    pace.throttled(6_000, 6_000)
    expect(pace.factor(6_000)).toBeCloseTo(0.4, 9)
  })

  test('halves once for calls that were under way together', () => {
    const pace = new Pace()
    for (let call = 0; call < 10; call += 1) pace.throttled(call, 100 + call)
    expect(pace.factor(110)).toBeCloseTo(0.5, 3)
  })

  test('halves again for a call that began when the pace had been halved, not for one a moment before', () => {
    const pace = new Pace()
    pace.throttled(0, 100)
    pace.throttled(99, 100)
    expect(pace.factor(100)).toBe(0.5)
    pace.throttled(100, 100)
    expect(pace.factor(100)).toBe(0.25)
  })

  test('ramps up over three seconds after an outage, from a tenth', () => {
    const pace = new Pace()
    pace.ramp(5_000)
    expect(pace.factor(5_000)).toBeCloseTo(0.1, 9)
    expect(pace.factor(6_500)).toBeCloseTo(0.55, 9)
    expect(pace.factor(7_999)).toBeLessThan(1)
    expect(pace.factor(8_000)).toBe(1)
  })

  test('is the lower of the ramp and the climb', () => {
    const pace = new Pace()
    pace.throttled(0, 0)
    pace.ramp(0)
    expect(pace.factor(300)).toBeCloseTo(0.19, 9)
    expect(pace.factor(3_000)).toBeCloseTo(0.65, 9)
  })

  test('agrees with a model that steps second by second, on every sequence of seven events', () => {
    for (const sequence of everySequence(['throttled', 'throttled-late', 'ramp', 'second'], 7)) {
      const pace = new Pace()
      let climbed = 1
      let ramped = 1
      let hasHalved = false
      let now = 0
      for (const event of sequence) {
        if (event === 'second') {
          now += 1_000
          climbed = Math.min(1, climbed + 0.05)
          ramped = Math.min(1, ramped + 0.3)
        } else if (event === 'ramp') {
          pace.ramp(now)
          ramped = 0.1
        } else {
          // A late one began before everything else, and so before any halving.
          pace.throttled(event === 'throttled' ? now : -1, now)
          if (event === 'throttled' || !hasHalved) {
            climbed = Math.max(0.1, climbed / 2)
            hasHalved = true
          }
        }
        expect(pace.factor(now)).toBeCloseTo(Math.min(climbed, ramped), 9)
      }
    }
  })
})
