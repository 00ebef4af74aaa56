import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { RideAlong } from './ride-along.ts'

const WINDOW_MS = 8_000
const BUCKET_MS = 1_000

const dueAt = (rideAlong: RideAlong, now: number): string[] => [...rideAlong.due(now)].sort()

describe('RideAlong', () => {
  test('offers a user when its window has come and not before, at most an eighth of it late', () => {
    for (let freshUntilMs = 60_000; freshUntilMs <= 62_000; freshUntilMs += 125) {
      const from = freshUntilMs - WINDOW_MS
      const early = new RideAlong(WINDOW_MS)
      early.enter('user-1', freshUntilMs)
      expect(dueAt(early, from - 1)).toEqual([])
      expect(dueAt(early, from + BUCKET_MS)).toEqual(['user-1'])
    }
  })

  test('offers a user that is read for the first time inside its window, up to its last millisecond', () => {
    for (let now = 52_000; now < 60_000; now += 500) {
      const rideAlong = new RideAlong(WINDOW_MS)
      rideAlong.enter('user-1', 60_000)
      expect(dueAt(rideAlong, now)).toEqual(['user-1'])
    }
    const last = new RideAlong(WINDOW_MS)
    last.enter('user-1', 60_999)
    last.forgetStale(60_998)
    expect(dueAt(last, 60_998)).toEqual(['user-1'])
  })

  test('offers nobody who is stale', () => {
    const rideAlong = new RideAlong(WINDOW_MS)
    rideAlong.enter('user-1', 60_000)
    expect(dueAt(rideAlong, 60_000)).toEqual([])
  })

  test('offers each user once', () => {
    const rideAlong = new RideAlong(WINDOW_MS)
    rideAlong.enter('user-1', 60_000)
    expect(dueAt(rideAlong, 55_000)).toEqual(['user-1'])
    expect(dueAt(rideAlong, 55_000)).toEqual([])
  })

  test('has one place for a user, the last, however often it is fetched and read within one fresh time', () => {
    const rideAlong = new RideAlong(WINDOW_MS)
    for (let freshUntilMs = 60_000; freshUntilMs <= 64_000; freshUntilMs += 10)
      rideAlong.enter('user-1', freshUntilMs)
    expect(rideAlong.size).toBe(1)
    expect(dueAt(rideAlong, 55_999)).toEqual([])
    expect(dueAt(rideAlong, 56_000)).toEqual(['user-1'])
    expect(rideAlong.size).toBe(0)
  })

  test('keeps whom the taker had no seat for', () => {
    const rideAlong = new RideAlong(WINDOW_MS)
    for (let user = 0; user < 5; user += 1) rideAlong.enter(`user-${user}`, 60_000 + user * 300)
    const taken: string[] = []
    for (const user of rideAlong.due(55_000)) {
      taken.push(user)
      if (taken.length === 2) break
    }
    expect([...taken, ...dueAt(rideAlong, 55_000)].sort()).toEqual(
      [0, 1, 2, 3, 4].map((user) => `user-${user}`),
    )
  })

  test('offers those who have least time left first', () => {
    const rideAlong = new RideAlong(WINDOW_MS)
    for (const [user, freshUntilMs] of [
      ['user-1', 62_000],
      ['user-2', 60_000],
      ['user-3', 61_000],
    ] as const)
      rideAlong.enter(user, freshUntilMs)
    expect([...rideAlong.due(58_000)]).toEqual(['user-2', 'user-3', 'user-1'])
  })

  test('lets go of users that went stale before there was a seat', () => {
    const rideAlong = new RideAlong(WINDOW_MS)
    rideAlong.enter('user-1', 60_000)
    rideAlong.forgetStale(60_000)
    // Let go, not passed over: nothing is kept of it.
    expect([dueAt(rideAlong, 55_000), rideAlong.size]).toEqual([[], 0])
  })

  test('offers nobody when it is off', () => {
    const rideAlong = new RideAlong(0)
    rideAlong.enter('user-1', 60_000)
    for (let now = 59_000; now <= 61_000; now += 10) expect(dueAt(rideAlong, now)).toEqual([])
  })

  test('works in steps of ten milliseconds where the window is shorter than that', () => {
    const rideAlong = new RideAlong(16)
    rideAlong.enter('user-1', 106)
    expect(dueAt(rideAlong, 89)).toEqual([])
    expect(dueAt(rideAlong, 90)).toEqual(['user-1'])
    rideAlong.enter('user-2', 107)
    expect(dueAt(rideAlong, 99)).toEqual([])
    expect(dueAt(rideAlong, 100)).toEqual(['user-2'])
  })

  test('agrees with a plain list, whoever enters and whenever it is asked', () => {
    const entering = fc.record({ act: fc.constant('enter' as const), leftMs: fc.nat(20_000) })
    const asking = fc.record({ act: fc.constant('ask' as const), pauseMs: fc.nat(3_000) })
    fc.assert(
      fc.property(fc.array(fc.oneof(entering, asking), { maxLength: 80 }), (steps) => {
        const rideAlong = new RideAlong(WINDOW_MS)
        let waiting: { readonly user: string; readonly freshUntilMs: number }[] = []
        let now = 100_000
        for (const [index, step] of steps.entries()) {
          if (step.act === 'enter') {
            const entry = { user: `user-${index}`, freshUntilMs: now + step.leftMs }
            rideAlong.enter(entry.user, entry.freshUntilMs)
            waiting.push(entry)
            continue
          }
          now += step.pauseMs
          const offered = dueAt(rideAlong, now)
          for (const { user, freshUntilMs } of waiting) {
            if (now < freshUntilMs - WINDOW_MS) expect(offered).not.toContain(user)
            else if (now >= freshUntilMs - WINDOW_MS + BUCKET_MS && now < freshUntilMs)
              expect(offered).toContain(user)
          }
          const known = new Set(waiting.map(({ user }) => user))
          expect(offered.filter((user) => !known.has(user))).toEqual([])
          waiting = waiting.filter(
            ({ user, freshUntilMs }) => !offered.includes(user) && freshUntilMs > now,
          )
        }
      }),
    )
  })
})
