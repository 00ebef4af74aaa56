import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { RideAlong } from './ride-along.ts'

const WINDOW_MS = 8_000
const BUCKET_MS = 1_000
const ROOM = 7

/** Users who were fetched and read, by their rooms. */
function withRead(rooms: Readonly<Record<number, number>>, windowMs = WINDOW_MS): RideAlong {
  const rideAlong = new RideAlong(windowMs)
  for (const [room, freshUntilMs] of Object.entries(rooms)) {
    rideAlong.fetched(Number(room))
    rideAlong.read(Number(room), freshUntilMs)
  }
  return rideAlong
}

const dueAt = (rideAlong: RideAlong, now: number): number[] =>
  [...rideAlong.due(now)].toSorted((a, b) => a - b)

describe('RideAlong', () => {
  test('offers a user when its window has come and not before, at most an eighth of it late', () => {
    for (let freshUntilMs = 60_000; freshUntilMs <= 62_000; freshUntilMs += 125) {
      const from = freshUntilMs - WINDOW_MS
      const rideAlong = withRead({ [ROOM]: freshUntilMs })
      expect(dueAt(rideAlong, from - 1)).toEqual([])
      expect(dueAt(rideAlong, from + BUCKET_MS)).toEqual([ROOM])
    }
  })

  test('offers a user that is read for the first time inside its window, up to its last millisecond', () => {
    for (let now = 52_000; now < 60_000; now += 500)
      expect(dueAt(withRead({ [ROOM]: 60_000 }), now)).toEqual([ROOM])
    const last = withRead({ [ROOM]: 60_999 })
    last.forgetStale(60_998)
    expect(dueAt(last, 60_998)).toEqual([ROOM])
  })

  test('offers nobody who is stale, or was not read', () => {
    expect(dueAt(withRead({ [ROOM]: 60_000 }), 60_000)).toEqual([])
    const rideAlong = new RideAlong(WINDOW_MS)
    rideAlong.fetched(ROOM)
    expect([dueAt(rideAlong, 55_000), rideAlong.size]).toEqual([[], 0])
  })

  test('offers each user once for each fetch, however often it is read', () => {
    const rideAlong = withRead({ [ROOM]: 60_000 })
    rideAlong.read(ROOM, 60_000)
    expect(dueAt(rideAlong, 55_000)).toEqual([ROOM])
    rideAlong.read(ROOM, 60_000)
    expect(dueAt(rideAlong, 55_000)).toEqual([])
    rideAlong.fetched(ROOM)
    rideAlong.read(ROOM, 61_000)
    expect(dueAt(rideAlong, 55_000)).toEqual([ROOM])
  })

  test('keeps whom the taker had no seat for', () => {
    const rideAlong = withRead({ 0: 60_000, 1: 60_300, 2: 60_600, 3: 60_900, 4: 61_200 })
    const taken: number[] = []
    for (const room of rideAlong.due(55_000)) {
      taken.push(room)
      if (taken.length === 2) break
    }
    expect(new Set([...taken, ...dueAt(rideAlong, 55_000)])).toEqual(new Set([0, 1, 2, 3, 4]))
  })

  test('offers those who have least time left first', () => {
    expect([...withRead({ 1: 62_000, 2: 60_000, 3: 61_000 }).due(58_000)]).toEqual([2, 3, 1])
  })

  test('lets go of users that went stale before there was a seat', () => {
    const rideAlong = withRead({ 1: 60_000, 2: 60_000, 3: 70_000 })
    rideAlong.forgetStale(60_000)
    // Let go, not passed over: nothing is kept of them, and they leave no trace when their rooms are needed.
    expect([dueAt(rideAlong, 55_000), rideAlong.size]).toEqual([[], 1])
    for (const room of [1, 2]) rideAlong.leave(room, 60_000)
    expect([dueAt(rideAlong, 55_000), dueAt(rideAlong, 65_000)]).toEqual([[], [3]])
  })

  test('offers nobody when it is off', () => {
    const rideAlong = withRead({ [ROOM]: 60_000 }, 0)
    for (let now = 59_000; now <= 61_000; now += 10) expect(dueAt(rideAlong, now)).toEqual([])
  })

  test('works in steps of ten milliseconds where the window is shorter than that', () => {
    const rideAlong = withRead({ 1: 106, 2: 107 }, 16)
    expect(dueAt(rideAlong, 89)).toEqual([])
    expect(dueAt(rideAlong, 90)).toEqual([1])
    expect(dueAt(rideAlong, 99)).toEqual([])
    expect(dueAt(rideAlong, 100)).toEqual([2])
  })

  test('agrees with a plain list, whoever is fetched, read or gone, and whenever it is asked', () => {
    const room = fc.nat(9)
    const step = fc.oneof(
      fc.record({ act: fc.constant('fetch' as const), room, leftMs: fc.nat(20_000) }),
      fc.record({ act: fc.constant('read' as const), room }),
      fc.record({ act: fc.constant('leave' as const), room }),
      fc.record({ act: fc.constant('forget' as const) }),
      fc.record({ act: fc.constant('ask' as const), pauseMs: fc.nat(3_000), seats: fc.nat(4) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const rideAlong = new RideAlong(WINDOW_MS)
        const model = new Map<
          number,
          { readonly freshUntilMs: number; is: 'unread' | 'read' | 'offered' }
        >()
        let now = 100_000
        for (const taken of steps) {
          if (taken.act === 'fetch' || taken.act === 'leave') {
            const before = model.get(taken.room)
            if (before !== undefined) rideAlong.leave(taken.room, before.freshUntilMs)
            model.delete(taken.room)
          }
          if (taken.act === 'fetch') {
            model.set(taken.room, { freshUntilMs: now + taken.leftMs, is: 'unread' })
            rideAlong.fetched(taken.room)
          } else if (taken.act === 'read') {
            const entry = model.get(taken.room)
            // Nobody else is said to be read: a user that is stale is fetched.
            if (entry === undefined || now >= entry.freshUntilMs) continue
            rideAlong.read(taken.room, entry.freshUntilMs)
            if (entry.is === 'unread') entry.is = 'read'
          } else if (taken.act === 'forget') rideAlong.forgetStale(now)
          else if (taken.act === 'ask') {
            now += taken.pauseMs
            const offered: number[] = []
            for (const due of rideAlong.due(now)) {
              offered.push(due)
              if (offered.length > taken.seats) break
            }
            const mayBe = (due: number): boolean => {
              const entry = model.get(due)
              return entry?.is === 'read' && now >= entry.freshUntilMs - WINDOW_MS
            }
            expect(offered.filter((due) => !mayBe(due))).toEqual([])
            expect(new Set(offered).size).toBe(offered.length)
            for (const due of offered) {
              const entry = model.get(due)
              if (entry !== undefined) entry.is = 'offered'
            }
            if (offered.length > taken.seats) continue
            const missed = [...model].filter(
              ([, { is, freshUntilMs }]) =>
                is === 'read' && now >= freshUntilMs - WINDOW_MS + BUCKET_MS && now < freshUntilMs,
            )
            expect(missed).toEqual([])
          }
        }
      }),
    )
  })
})
