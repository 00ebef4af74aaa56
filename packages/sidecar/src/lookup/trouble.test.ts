import { describe, expect, test } from 'vitest'

import type { Failure } from './outcome.ts'
import { Trouble } from './trouble.ts'

const failure: Failure = { code: 'upstream-error', message: 'refused', retryable: false }

describe('a user at fault for a refused call', () => {
  test('is not asked for again for a minute', () => {
    const trouble = new Trouble()
    trouble.blame('user-1', failure, 1_000)
    expect(trouble.culprit('user-1', 60_999)).toBe(failure)
    expect(trouble.culprit('user-1', 61_000)).toBeUndefined()
    expect(trouble.culprit('user-2', 1_000)).toBeUndefined()
  })
})

describe('a user whose fetch failed', () => {
  test('is left alone for one second, then two, then four, and never longer', () => {
    const trouble = new Trouble()
    let now = 0
    for (const forMs of [1_000, 2_000, 4_000, 4_000]) {
      trouble.failed('user-1', now)
      expect(trouble.isCooling('user-1', now + forMs - 1)).toBe(true)
      now += forMs
      expect(trouble.isCooling('user-1', now)).toBe(false)
    }
    expect(trouble.isCooling('user-2', 0)).toBe(false)
  })

  test('is left alone for one second again after a fetch that succeeded', () => {
    const trouble = new Trouble()
    for (const now of [0, 1_000]) trouble.failed('user-1', now)
    trouble.forget('user-1')
    expect(trouble.isCooling('user-1', 1_001)).toBe(false)
    trouble.failed('user-1', 2_000)
    expect(trouble.isCooling('user-1', 3_000)).toBe(false)
  })
})

describe('Trouble', () => {
  test('forgets one user, or everybody', () => {
    const trouble = new Trouble()
    for (const user of ['user-1', 'user-2']) {
      trouble.blame(user, failure, 0)
      trouble.failed(user, 0)
    }
    const isRemembered = (user: string): boolean[] => [
      trouble.culprit(user, 1) !== undefined,
      trouble.isCooling(user, 1),
    ]
    trouble.forget('user-1')
    expect([isRemembered('user-1'), isRemembered('user-2')]).toEqual([
      [false, false],
      [true, true],
    ])
    trouble.clear()
    expect(isRemembered('user-2')).toEqual([false, false])
  })

  test('remembers at most 10,000 users of each kind, the latest', () => {
    const trouble = new Trouble()
    for (let user = 0; user <= 10_000; user += 1) {
      trouble.blame(`user-${user}`, failure, 0)
      trouble.failed(`user-${user}`, 0)
    }
    expect([trouble.culprit('user-0', 1), trouble.isCooling('user-0', 1)]).toEqual([
      undefined,
      false,
    ])
    for (const user of ['user-1', 'user-10000']) {
      expect([trouble.culprit(user, 1), trouble.isCooling(user, 1)]).toEqual([failure, true])
    }
  })
})
