import { describe, expect, test } from 'vitest'

import { drawDelayMs, parseLatency } from './latency.ts'
import { createRandom } from './random.ts'

/** Draws a thousand delays, sorted. */
function draws(text: string, seed = 1): number[] {
  const latency = parseLatency(text)
  if (latency === undefined) throw new TypeError(`no latency: ${text}`)
  const random = createRandom(seed)
  return Array.from({ length: 1000 }, () => drawDelayMs(latency, random)).sort((a, b) => a - b)
}

describe('a latency', () => {
  test('of a number is that many milliseconds, each time', () => {
    expect(new Set(draws('40'))).toEqual(new Set([40]))
  })

  test('that is uniform stays between its bounds and uses all of the room', () => {
    const delays = draws('uniform(10,80)')
    expect(delays.at(0)).toBeGreaterThanOrEqual(10)
    expect(delays.at(-1)).toBeLessThanOrEqual(80)
    expect(delays.at(500)).toBeCloseTo(45, -1)
  })

  test('that is lognormal has its median, is never negative and has a long tail', () => {
    const delays = draws('lognormal(40,0.4)')
    expect(delays.at(500)).toBeCloseTo(40, -1)
    expect(delays.at(0)).toBeGreaterThan(0)
    expect(delays.at(-1)).toBeGreaterThan(80)
  })

  test('is the same for the same seed', () => {
    expect(draws('uniform(0,1000)', 3)).toEqual(draws('uniform(0,1000)', 3))
    expect(draws('uniform(0,1000)', 3)).not.toEqual(draws('uniform(0,1000)', 4))
  })

  test.for(['', '-1', 'fast', '1ms', 'uniform(1)', 'uniform(2,1)', 'lognormal(1,-1)', 'Infinity'])(
    'is not written "%s"',
    (text) => {
      expect(parseLatency(text)).toBeUndefined()
    },
  )
})
