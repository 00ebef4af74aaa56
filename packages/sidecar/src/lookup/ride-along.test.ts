import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { RideAlong } from './ride-along.ts'

const WINDOW_MS = 8_000
const BUCKET_MS = 1_000
const ROOM = 7

/** Users who were fetched and read, by their rooms; when they are fresh until. */
function withRead(rooms: Readonly<Record<number, number>>, windowMs = WINDOW_MS): RideAlong {
  const rideAlong = new RideAlong(windowMs)
  for (const [room, freshUntilMs] of Object.entries(rooms)) {
    rideAlong.add(Number(room))
    rideAlong.enter(Number(room), freshUntilMs)
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

  test('offers nobody who is stale, or has not entered', () => {
    expect(dueAt(withRead({ [ROOM]: 60_000 }), 60_000)).toEqual([])
    const rideAlong = new RideAlong(WINDOW_MS)
    rideAlong.add(ROOM)
    expect([dueAt(rideAlong, 55_000), rideAlong.size]).toEqual([[], 0])
  })

  test('offers each user once, also if it entered twice', () => {
    const rideAlong = withRead({ [ROOM]: 60_000, 8: 60_000 })
    rideAlong.enter(ROOM, 60_000)
    expect(rideAlong.size).toBe(2)
    expect(dueAt(rideAlong, 55_000)).toEqual([ROOM, 8])
    expect(dueAt(rideAlong, 55_000)).toEqual([])
  })

  test('forgets whom it has offered: when they leave, nobody else does or stays', () => {
    const rideAlong = withRead({ 1: 60_000, 2: 60_000 })
    const offered = taking(rideAlong, 55_000, 1)
    rideAlong.add(3)
    rideAlong.enter(3, 60_000)
    for (const room of [...offered, 1, 2]) rideAlong.leave(room, 60_000)
    expect(dueAt(rideAlong, 55_000)).toEqual([3])
  })

  test('keeps whom the taker had no seat for', () => {
    const rideAlong = withRead({ 0: 60_000, 1: 60_300, 2: 60_600, 3: 60_900, 4: 61_200 })
    const taken = taking(rideAlong, 55_000, 2)
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
    for (const room of [2, 1]) {
      rideAlong.leave(room, 60_000)
      expect([dueAt(rideAlong, 55_000), rideAlong.size]).toEqual([[], 1])
    }
    expect(dueAt(rideAlong, 65_000)).toEqual([3])
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

  test('agrees with a plain list, whoever enters or leaves, and whenever it is asked', () => {
    // So few of each that many share a bucket.
    const room = fc.nat(5)
    const leftMs = fc.nat(6).map((number) => number * 1_900)
    const step = fc.oneof(
      fc.record({ act: fc.constant('enter' as const), room, leftMs }),
      fc.record({ act: fc.constant('leave' as const), room }),
      fc.record({ act: fc.constant('forget stale' as const) }),
      fc.record({ act: fc.constant('ask' as const), pauseMs: fc.nat(1_500), seats: fc.nat(4) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const rideAlong = new RideAlong(WINDOW_MS)
        /** When they are fresh until. */
        const [entered, offeredEarlier] = [new Map<number, number>(), new Map<number, number>()]
        let now = 100_000
        const leave = (gone: number): void => {
          const freshUntilMs = entered.get(gone) ?? offeredEarlier.get(gone)
          if (freshUntilMs !== undefined) rideAlong.leave(gone, freshUntilMs)
          entered.delete(gone)
          offeredEarlier.delete(gone)
        }
        for (const taken of steps) {
          if (taken.act === 'forget stale') rideAlong.forgetStale(now)
          else if (taken.act === 'ask') {
            now += taken.pauseMs
            const offered = taking(rideAlong, now, taken.seats)
            expect(new Set(offered).size).toBe(offered.length)
            for (const due of offered) {
              const freshUntilMs = entered.get(due)
              expect(freshUntilMs).toBeLessThanOrEqual(now + WINDOW_MS)
              entered.delete(due)
              offeredEarlier.set(due, freshUntilMs ?? 0)
            }
            const overlooked = [...entered.values()].filter(
              (until) => until > now && until <= now + WINDOW_MS - BUCKET_MS,
            )
            if (offered.length < taken.seats) expect(overlooked).toEqual([])
          } else {
            leave(taken.room)
            if (taken.act === 'leave') continue
            rideAlong.add(taken.room)
            rideAlong.enter(taken.room, now + taken.leftMs)
            entered.set(taken.room, now + taken.leftMs)
          }
        }
        for (const gone of entered.keys()) leave(gone)
        expect(rideAlong.size).toBe(0)
      }),
      { numRuns: 500 },
    )
  })
})

function taking(rideAlong: RideAlong, now: number, seats: number): readonly number[] {
  const taken: number[] = []
  if (seats === 0) return taken
  for (const room of rideAlong.due(now)) {
    taken.push(room)
    if (taken.length === seats) break
  }
  return taken
}
