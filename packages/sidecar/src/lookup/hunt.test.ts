import { describe, expect, test } from 'vitest'

import { awaitedFlights, usersOf } from '../../tests/support/awaited-flights.ts'
import { numbered } from '../../tests/support/lookup-under-test.ts'
import { type Group, Hunt } from './hunt.ts'
import type { Failure } from './outcome.ts'

const failure: Failure = { code: 'upstream-error', message: 'refused', retryable: false }

interface Report {
  readonly calls: number
  readonly found: readonly string[]
  readonly answered: number
  readonly failed: number
}

/** Asks, first come first served, until nothing is left to ask for. Every call with a bad user in it is refused. */
function huntFor(bad: ReadonlySet<string>, users: number): Report {
  const found: string[] = []
  const hunt = new Hunt(failure, (user) => found.push(user))
  const queue: Group[] = [{ flights: awaitedFlights(numbered(users)), hunt }]
  let [calls, answered, failed] = [0, 0, 0]
  for (const { flights } of queue) {
    if (hunt.isHopeless) {
      failed += flights.length
      continue
    }
    calls += 1
    if (!flights.some(({ user }) => bad.has(user))) {
      hunt.succeeded()
      answered += flights.length
      continue
    }
    const groups = hunt.refused(flights, failure)
    queue.push(...groups)
    if (groups.length === 0) failed += flights.length
  }
  return { calls, found, answered, failed }
}

describe('Hunt', () => {
  test('finds one bad user in any batch of 2 to 100, wherever it is, and answers all others', () => {
    for (let users = 2; users <= 100; users += 1) {
      for (const bad of numbered(users)) {
        const { found, answered } = huntFor(new Set([bad]), users)
        expect(found).toEqual([bad])
        expect(answered).toBe(users - 1)
      }
    }
  })

  test('takes at most 14 calls more for one bad user in 100', () => {
    const extra = numbered(100).map((bad) => huntFor(new Set([bad]), 100).calls - 1)
    expect(Math.max(...extra)).toBe(14)
  })

  test('finds two bad users in any batch of 5 to 24, and answers all others', () => {
    for (let users = 5; users <= 24; users += 1) {
      const names = numbered(users)
      for (const [index, first] of names.entries()) {
        for (const second of names.slice(index + 1)) {
          const { found, answered } = huntFor(new Set([first, second]), users)
          expect(new Set(found)).toEqual(new Set([first, second]))
          expect(answered).toBe(users - 2)
        }
      }
    }
  })

  test('finds four bad users, one in each part of the batch', () => {
    const bad = new Set(['user-3', 'user-30', 'user-60', 'user-90'])
    const { found, answered } = huntFor(bad, 100)
    expect([new Set(found), answered]).toEqual([bad, 96])
  })

  test('blames nobody when a user that was asked for alone is refused', () => {
    expect(huntFor(new Set(['user-0']), 1)).toEqual({ calls: 1, found: [], answered: 0, failed: 1 })
  })

  test('gives up after nine refusals without a success: it is no user, and nobody is blamed', () => {
    const everyone = huntFor(new Set(numbered(100)), 100)
    expect(everyone).toEqual({ calls: 9, found: [], answered: 0, failed: 100 })
  })

  test('is not hopeless after eight refusals, nor after any number once a group has succeeded', () => {
    const hunt = new Hunt(failure, () => undefined)
    for (let refusal = 0; refusal < 8; refusal += 1) {
      expect(hunt.refused(awaitedFlights(numbered(2)), failure)).toHaveLength(2)
    }
    expect(hunt.isHopeless).toBe(false)
    expect(hunt.refused(awaitedFlights(numbered(2)), failure)).toEqual([])
    expect(hunt.isHopeless).toBe(true)
    hunt.succeeded()
    expect(hunt.isHopeless).toBe(false)
  })

  test('tells of a user that was refused alone as soon as another succeeds, once, with its own refusal', () => {
    const told: unknown[] = []
    const hunt = new Hunt(failure, (...culprit) => told.push(culprit))
    const own: Failure = { ...failure, message: 'refused alone' }
    hunt.refused(awaitedFlights(['user-1']), own)
    expect(told).toEqual([])
    hunt.succeeded()
    hunt.succeeded()
    expect(told).toEqual([['user-1', own]])
    hunt.refused(awaitedFlights(['user-2']), own)
    expect(told).toEqual([
      ['user-1', own],
      ['user-2', own],
    ])
  })

  test('divides by four, in order, and carries what the first refusal said', () => {
    const hunt = new Hunt(failure, () => undefined)
    const groups = hunt.refused(awaitedFlights(numbered(10)), { ...failure, message: 'later' })
    expect(groups.map(({ flights }) => usersOf(flights))).toEqual([
      numbered(3),
      numbered(3, 3),
      numbered(3, 6),
      numbered(1, 9),
    ])
    expect(groups.every((group) => group.hunt === hunt)).toBe(true)
    expect(hunt.failure).toBe(failure)
  })
})
