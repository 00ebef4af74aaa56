import { describe, expect, test } from 'vitest'

import type { LookupState } from '../lookup/lookup-state.ts'
import { TagLookup } from '../lookup/tag-lookup.ts'
import type { Totals } from '../lookup/totals.ts'
import { type TroubleFacts, troubles } from './troubles.ts'

const IDLE = new TagLookup({
  load: () => Promise.reject(new Error('nobody is to be asked')),
  windows: {
    ttlMs: 1,
    ttlJitter: 0,
    staleWhileRevalidateMs: 1,
    staleIfErrorMs: 1,
    unknownTtlMs: 1,
  },
  cacheMaxBytes: 1024,
  callsPerSecond: 100,
  maxConcurrentCalls: 1,
  batchMaxUsers: 100,
  queueMaxUsers: 100,
  rideAlongMs: 0,
})
const idleState = IDLE.state()
const idleMinute = IDLE.lastMinute().now
IDLE.close()

type Facts = Partial<Omit<TroubleFacts, 'state' | 'minute'>> & {
  readonly state?: Partial<LookupState>
  readonly minute?: Partial<Totals>
}

function told({ state, minute, ...others }: Facts): string[] {
  const facts: TroubleFacts = {
    callsPerSecond: 0,
    sharePerSecond: 100,
    isDraining: false,
    ...others,
    state: { ...idleState, ...state },
    minute: { ...idleMinute, ...minute },
  }
  return troubles(facts).map(({ level, text, advice }) => `${level}: ${text} ${advice}`)
}

const PAUSED = { code: 'upstream-unavailable', message: 'paused', retryable: true } as const

describe('troubles', () => {
  test('are none when all is well', () => {
    expect(told({})).toEqual([])
  })

  test('name why the credentials are refused', () => {
    const refusal = { ...PAUSED, message: 'Refused with 70009: check the key.' }
    expect(told({ state: { credentials: 'open', refusal } })).toEqual([
      'error: Tencent refuses the credentials: calls are paused. Refused with 70009: check the key. One call a minute tries again; until it succeeds, known users are answered with what is cached.',
    ])
  })

  test('name them still while a call tries', () => {
    const lastFailureMessage = 'Refused with 70009: check the key.'
    expect(told({ state: { credentials: 'half-open', lastFailureMessage } })).toEqual([
      expect.stringContaining('Refused with 70009: check the key. One call a minute'),
    ])
  })

  test.each(['open', 'half-open'] as const)(
    'name what calls fail of while the breaker is %s, and only once',
    (breaker) => {
      const state = { breaker, refusal: PAUSED, lastFailureMessage: 'No answer (ECONNREFUSED).' }
      const minute = { calls: 10, callsFailed: 9 }
      expect(told({ state, minute })).toEqual([
        expect.stringMatching(
          /^error: Tencent keeps failing: calls are paused\. Last: No answer \(ECONNREFUSED\)\. /,
        ),
      ])
    },
  )

  test('are calls that fail, from one in twenty on', () => {
    const state = { lastFailureMessage: 'No answer.' }
    expect(told({ state, minute: { calls: 100, callsFailed: 4 } })).toEqual([])
    expect(told({ state, minute: { calls: 100, callsFailed: 5 } })).toEqual([
      'warn: 5 of 100 calls failed in the last minute. Last: No answer.',
    ])
  })

  test('tell a throttled pace from one that climbs after an outage', () => {
    expect(told({ state: { paceFactor: 0.5, isThrottled: true } })).toEqual([
      'warn: Tencent throttles the app although this sidecar keeps to its share. Calls run at 50 % of the full pace, which climbs back by itself. See who else calls, or raise replicas.',
    ])
    expect(told({ state: { paceFactor: 0.5 } })).toEqual([
      'info: Tencent answers again after an outage. Calls run at 50 % of the full pace, which climbs back by itself.',
    ])
    // The pace is back, and no call has said so yet.
    expect(told({ state: { isThrottled: true } })).toEqual([])
  })

  test('are users refused in the last minute', () => {
    expect(told({ minute: { shedOverloaded: 7 } })).toEqual([
      expect.stringMatching(/^error: 7 users were refused in the last minute/),
    ])
  })

  test('are calls at 90 % of the budget', () => {
    expect(told({ callsPerSecond: 89 })).toEqual([])
    expect(told({ callsPerSecond: 90 })).toEqual([
      expect.stringMatching(/^warn: Calls use 90 % of their budget\./),
    ])
    expect(told({ callsPerSecond: 9, sharePerSecond: 10 })).toHaveLength(1)
  })

  test('are told together, the gravest first', () => {
    const facts = { state: { paceFactor: 0.5, isThrottled: true }, minute: { shedOverloaded: 7 } }
    const levels = told({ ...facts, isDraining: true }).map((line) => line.replace(/:.*/, ''))
    expect(levels).toEqual(['error', 'warn', 'info'])
  })
})
