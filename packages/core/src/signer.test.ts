import { inspect } from 'node:util'

import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { Secret } from './secret.ts'
import { createSigner } from './signer.ts'
import type { UserSig } from './user-sig.ts'

const startMs = 1_700_000_000_000
const HOUR_MS = 3_600_000
const options = { sdkAppId: 1_400_000_000, secretKey: 'canary-key-4c2e', adminId: 'administrator' }

beforeEach(() => vi.useFakeTimers({ now: startMs }))
afterEach(() => vi.useRealTimers())

/** Sets the wall clock as an operator or a time service would: monotonic time is not moved. */
function stepWallClock(byMs: number): void {
  vi.setSystemTime(Date.now() + byMs)
}

describe('current', () => {
  test('signs once and keeps what it signed', () => {
    const signer = createSigner(options)
    const first = signer.current()
    vi.advanceTimersByTime(19 * HOUR_MS)
    expect(signer.current()).toBe(first)
  })

  test('signs anew at 80 % of the lifetime, not a millisecond earlier', () => {
    const signer = createSigner({ ...options, lifetimeS: 100 })
    const first = signer.current()
    vi.advanceTimersByTime(79_999)
    expect(signer.current()).toBe(first)
    vi.advanceTimersByTime(1)
    expect(signer.current()).not.toBe(first)
    expect(signer.current().expiresAtMs).toBe(startMs + 180_000)
  })

  test.each([
    ['forward', 61_000],
    ['back', -61_000],
    ['forward by years, as when a machine boots before its time service', 10 * 365 * 24 * HOUR_MS],
  ])('signs anew when the wall clock steps %s', (_, stepMs) => {
    const signer = createSigner(options)
    signer.current()
    stepWallClock(stepMs)
    expect(signer.current().expiresAtMs).toBe(startMs + stepMs + 24 * HOUR_MS)
  })

  test('signs once for a step, not at each call after it', () => {
    const signer = createSigner(options)
    stepWallClock(-5 * HOUR_MS)
    const first = signer.current()
    vi.advanceTimersByTime(1000)
    expect(signer.current()).toBe(first)
  })

  test.each([60_000, -60_000])('bears with a drift of a minute (%i ms)', (driftMs) => {
    const signer = createSigner(options)
    const first = signer.current()
    stepWallClock(driftMs)
    expect(signer.current()).toBe(first)
  })

  test('never gives a UserSig that has expired, whatever the clocks do', () => {
    const moves = fc.array(
      fc.record({
        passMs: fc.integer({ min: 0, max: 100_000 }),
        stepMs: fc.integer({ min: -100_000, max: 100_000 }),
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 200 }), moves, (lifetimeS, clockMoves) => {
        const signer = createSigner({ ...options, lifetimeS })
        for (const { passMs, stepMs } of clockMoves) {
          vi.advanceTimersByTime(passMs)
          stepWallClock(stepMs)
          expect(signer.current().expiresAtMs).toBeGreaterThan(Date.now())
          if (passMs % 2 === 0) signer.renewed(signer.current())
        }
      }),
      { seed: 20_261_123, numRuns: 1000 },
    )
  })
})

describe('renewed', () => {
  test('gives another UserSig within the same second', () => {
    const signer = createSigner(options)
    const seen = new Set<string>()
    for (let renewal = 0; renewal < 10; renewal += 1) {
      const refused = signer.current()
      expect(signer.renewed(refused)).toBe(signer.current())
      seen.add(refused.text.reveal())
    }
    expect(seen.size).toBe(10)
  })

  test('gives a UserSig other than the refused one, however often', () => {
    const signer = createSigner({ ...options, lifetimeS: 60 })
    for (let renewal = 0; renewal < 100; renewal += 1) {
      const refused = signer.current()
      expect(signer.renewed(refused).text.reveal()).not.toBe(refused.text.reveal())
    }
  })

  test('signs once for all who were refused with the same UserSig', () => {
    const signer = createSigner(options)
    const refused = signer.current()
    const first = signer.renewed(refused)
    expect(signer.renewed(refused)).toBe(first)
    expect(signer.current()).toBe(first)
  })

  test('recognises the refused UserSig by its text', () => {
    const signer = createSigner(options)
    const copy: UserSig = { ...signer.current(), text: new Secret(signer.current().text.reveal()) }
    expect(signer.renewed(copy).text.reveal()).not.toBe(copy.text.reveal())
  })
})

describe('a Signer', () => {
  test('says for whom it signs', () => {
    expect(createSigner(options)).toMatchObject({
      sdkAppId: 1_400_000_000,
      adminId: 'administrator',
    })
  })

  test('shows neither key nor UserSig', () => {
    const signer = createSigner(options)
    const printed = inspect([signer, signer.current()], { depth: 10, showHidden: true })
    expect(printed).not.toContain('canary-key-4c2e')
    expect(printed).not.toContain(signer.current().text.reveal())
  })
})

describe('createSigner', () => {
  test.each([59, 50 * 365 * 86_400 + 1, 60.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses a lifetime of %d s',
    (lifetimeS) => {
      expect(() => createSigner({ ...options, lifetimeS })).toThrow(
        new RangeError(
          `lifetimeS: expected an integer from 60 to 1576800000, got ${String(lifetimeS)}`,
        ),
      )
    },
  )

  test.each([60, 50 * 365 * 86_400])('accepts a lifetime of %d s', (lifetimeS) => {
    const { expiresAtMs } = createSigner({ ...options, lifetimeS }).current()
    expect(expiresAtMs).toBe(startMs + lifetimeS * 1000)
  })
})
