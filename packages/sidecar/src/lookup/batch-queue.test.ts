import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { awaitedFlights, usersOf as users } from '../../tests/support/awaited-flights.ts'
import { everySequence } from '../../tests/support/every-sequence.ts'
import { BatchQueue } from './batch-queue.ts'
import { Flight } from './flights.ts'
import { Hunt } from './hunt.ts'

const request = (names: readonly string[], deadlineMs = 1_000): Flight[] =>
  awaitedFlights(names, deadlineMs)
const range = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`)
const keep = (): void => undefined

describe('BatchQueue', () => {
  test('cuts at most as many users as a batch may have, and the rest next time', () => {
    const queue = new BatchQueue()
    queue.addForeground(request(range('a', 250)))
    expect([1, 2, 3, 4].map(() => queue.cut(100, 0, keep).length)).toEqual([100, 100, 50, 0])
    expect(queue.isEmpty).toBe(true)
  })

  test('gives every request its turn, eight users at a time', () => {
    const queue = new BatchQueue()
    queue.addForeground(request(range('big', 20_000)))
    queue.addForeground(request(['small']))
    queue.addForeground(request(range('mid', 12)))
    expect(users(queue.cut(30, 0, keep))).toEqual([
      'small',
      ...range('mid', 12),
      ...range('big', 17),
    ])
  })

  test('ends a turn that a full batch has cut short at the front of the next one', () => {
    const queue = new BatchQueue()
    for (const name of ['a', 'b', 'c']) queue.addForeground(request(range(name, 20)))
    expect(users(queue.cut(12, 0, keep))).toEqual([...range('a', 8), ...range('b', 4)])
    expect(users(queue.cut(12, 0, keep))).toEqual([...range('b', 8).slice(4), ...range('c', 8)])
  })

  test('has as many whole requests in a batch as it can, and those that gave their seats are whole in the next', () => {
    const queue = new BatchQueue()
    for (let lane = 10; lane < 23; lane += 1) queue.addForeground(request(range(`${lane}-`, 10)))
    const requestsIn = (batch: readonly Flight[]): readonly string[] =>
      users(batch).map((user) => user.slice(0, 2))
    const first = requestsIn(queue.cut(100, 0, keep))
    const whole = [...new Set(first)].filter(
      (lane) => first.filter((other) => other === lane).length === 10,
    )
    expect(whole).toEqual(range('1', 9))
    expect(new Set(requestsIn(queue.cut(100, 0, keep))).size).toBe(4)
    expect([queue.isEmpty, queue.requests]).toEqual([true, 0])
  })

  test('keeps the order of users within a request', () => {
    const queue = new BatchQueue()
    queue.addForeground(request(range('a', 50)))
    expect([...users(queue.cut(30, 0, keep)), ...users(queue.cut(30, 0, keep))]).toEqual(
      range('a', 50),
    )
  })

  test('seats refresh users only in the room that foreground leaves, oldest first', () => {
    const queue = new BatchQueue()
    for (const name of range('r', 5)) queue.addRefresh(new Flight(name, 'queued', true))
    queue.addForeground(request(range('f', 3)))
    expect(users(queue.cut(5, 0, keep))).toEqual(['f0', 'f1', 'f2', 'r0', 'r1'])
    expect(users(queue.cut(5, 0, keep))).toEqual(['r2', 'r3', 'r4'])
  })

  test('seats a refresh user once when somebody comes to wait for it', () => {
    const queue = new BatchQueue()
    const [flight] = request(['a'])
    if (flight === undefined) throw new TypeError('no flight')
    flight.refresh = true
    queue.addRefresh(flight)
    queue.promote(flight)
    expect([queue.foregroundUsers, queue.refreshUsers]).toEqual([1, 0])
    expect(users(queue.cut(100, 0, keep))).toEqual(['a'])
    expect(queue.isEmpty).toBe(true)
  })

  test('drops a user whom somebody came to wait for, and who was only a refresh before, like all others', () => {
    const queue = new BatchQueue()
    const dropped: string[] = []
    const [flight] = request(['a'], 100)
    if (flight === undefined) throw new TypeError('no flight')
    flight.refresh = true
    queue.addRefresh(flight)
    queue.promote(flight)
    expect(queue.cut(100, 500, ({ user }) => dropped.push(user))).toEqual([])
    expect(dropped).toEqual(['a'])
  })

  test('counts no request that has nobody to be asked for', () => {
    const queue = new BatchQueue()
    queue.addForeground([])
    expect(queue.requests).toBe(0)
  })

  test('drops users that nobody waits for any more, and fills their seats with others', () => {
    const queue = new BatchQueue()
    const dropped: string[] = []
    queue.addForeground(request(range('late', 3), 100))
    queue.addForeground(request(range('live', 3), 1_000))
    expect(users(queue.cut(3, 500, (flight) => dropped.push(flight.user)))).toEqual(
      range('live', 3),
    )
    expect(dropped).toEqual(range('late', 3))
  })

  test('plans with those who are left when some were dropped', () => {
    const queue = new BatchQueue()
    queue.addForeground([...request(range('late', 6), 100), ...request(range('a', 14))])
    queue.addForeground(request(range('b', 15)))
    expect(users(queue.cut(8, 500, keep))).toEqual(range('a', 8))
    // Six are left, and complete: they give nothing to the others.
    expect(users(queue.cut(16, 500, keep))).toEqual([...range('a', 14).slice(8), ...range('b', 10)])
    queue.addForeground([...request(range('late', 6), 100), ...request(range('c', 2))])
    expect(users(queue.cut(7, 500, keep))).toEqual([...range('b', 15).slice(10), ...range('c', 2)])
    expect([queue.isEmpty, queue.requests]).toEqual([true, 0])
  })

  test('returns nothing only when it is empty, even if a whole lane was dropped', () => {
    const queue = new BatchQueue()
    queue.addForeground(request(range('late', 40), 100))
    queue.addForeground(request(['live'], 1_000))
    expect(users(queue.cut(100, 500, keep))).toEqual(['live'])
    expect(queue.cut(100, 500, keep)).toEqual([])
    expect(queue.isEmpty).toBe(true)
  })

  test('seats users whose retry is due before all requests, and drops those nobody waits for', () => {
    const queue = new BatchQueue()
    const dropped: string[] = []
    queue.addForeground(request(['a']))
    queue.addDue([...request(['d0', 'd1']), ...request(['late'], 100)])
    expect([queue.foregroundUsers, queue.isEmpty]).toEqual([4, false])
    expect(users(queue.cut(1, 500, keep))).toEqual(['d0'])
    expect(users(queue.cut(9, 500, ({ user }) => dropped.push(user)))).toEqual(['d1', 'a'])
    expect([dropped, queue.isEmpty]).toEqual([['late'], true])
  })

  test('cuts groups apart from everybody else, first come first served, without those nobody waits for', () => {
    const queue = new BatchQueue()
    const dropped: string[] = []
    const failure = { code: 'upstream-error', message: 'refused', retryable: false } as const
    const hunt = new Hunt(failure, () => undefined)
    queue.addGroups([
      { flights: request(['late'], 100), hunt },
      { flights: [...request(['a']), ...request(['late-too'], 100)], hunt },
      { flights: request(['b', 'c']), hunt },
    ])
    expect([queue.hasGroups, queue.isEmpty, queue.foregroundUsers]).toEqual([true, false, 0])
    expect(queue.cut(100, 500, keep)).toEqual([])
    const group = queue.cutGroup(500, ({ user }) => dropped.push(user))
    expect([users(group?.flights ?? []), group?.hunt]).toEqual([['a'], hunt])
    expect(dropped).toEqual(['late', 'late-too'])
    expect(users(queue.cutGroup(500, keep)?.flights ?? [])).toEqual(['b', 'c'])
    expect([queue.cutGroup(500, keep), queue.isEmpty]).toEqual([undefined, true])
  })

  test('is emptied whole: groups, due, half-cut requests and refreshes', () => {
    const queue = new BatchQueue()
    const failure = { code: 'upstream-error', message: 'refused', retryable: false } as const
    const hunt = new Hunt(failure, () => undefined)
    queue.addForeground(request(range('a', 12)))
    queue.cut(10, 0, keep)
    queue.addForeground(request(['b']))
    queue.addDue(request(['due']))
    queue.addRefresh(new Flight('refresh', 'queued', true))
    queue.addGroups([{ flights: request(['g0', 'g1']), hunt }])
    const all = ['g0', 'g1', 'due', 'a10', 'a11', 'b', 'refresh']
    expect(users(queue.takeAll()).sort()).toEqual(all.sort())
    expect([queue.isEmpty, queue.hasGroups, queue.foregroundUsers]).toEqual([true, false, 0])
    expect([queue.takeAll(), queue.cut(100, 0, keep)]).toEqual([[], []])
  })

  test('counts whom a new request comes behind: the due, and a turn of each request for each of its own', () => {
    const queue = new BatchQueue()
    expect([queue.usersAhead(100, false), queue.usersAhead(100, true)]).toEqual([0, 0])
    queue.addDue(request(['d0', 'd1']))
    queue.addForeground(request(range('a', 100)))
    queue.addForeground(request(range('b', 100)))
    queue.addForeground(request(['c']))
    expect(queue.requests).toBe(3)
    const ahead = [1, 8, 9, 16].map((count) => queue.usersAhead(count, false))
    expect(ahead).toEqual([19, 19, 36, 36])
    // No more than there are, unless newcomers keep the turns as long as they are.
    expect(queue.usersAhead(1_000, false)).toBe(203)
    expect(queue.usersAhead(1_000, true)).toBe(2 + 125 * 17)
    queue.cut(2 + 8 + 8 + 1 + 4, 0, keep)
    expect([queue.usersAhead(8, true), queue.requests]).toEqual([16, 2])
    queue.cut(84 + 84, 0, keep)
    expect([queue.usersAhead(8, true), queue.foregroundUsers]).toEqual([12, 12])
    queue.takeAll()
    expect(queue.usersAhead(8, true)).toBe(0)
    // Who gave seats has them in its next turn.
    queue.addForeground(request(range('taker', 15)))
    queue.addForeground(request(range('giver', 100)))
    queue.cut(16, 0, keep)
    expect([queue.usersAhead(1, false), queue.usersAhead(1, true)]).toEqual([15, 15])
  })
})

describe('BatchQueue agrees with a naive one', () => {
  type Kind = 'due' | 'request' | 'refresh'
  interface Entry {
    readonly user: string
    readonly kind: Kind
    readonly isLate: boolean
    /** When it came. */
    readonly turn: number
  }

  /** Plans a cut by sorting: due, then turn by turn of the requests, then refreshes. Late ones are skipped. */
  function planned(entries: readonly Entry[], usersMax: number): Entry[] {
    const rank: Record<Kind, number> = { due: 0, request: 1, refresh: 2 }
    return entries
      .filter(({ isLate }) => !isLate)
      .toSorted((a, b) => rank[a.kind] - rank[b.kind] || a.turn - b.turn)
      .slice(0, usersMax)
  }

  test('on every sequence of five events that fit into one round of turns', () => {
    const events = ['request', 'late-request', 'due', 'refresh', 'cut'] as const
    for (const sequence of everySequence(events, 5)) {
      const queue = new BatchQueue()
      let waiting: Entry[] = []
      for (const [turn, event] of sequence.entries()) {
        const names = range(`${event}${turn}-`, 3)
        const add = (kind: Kind, isLate: boolean, count: number): void => {
          for (const user of names.slice(0, count)) waiting.push({ user, kind, isLate, turn })
        }
        if (event === 'request') {
          queue.addForeground(request(names))
          add('request', false, 3)
        } else if (event === 'late-request') {
          queue.addForeground(request(names, 100))
          add('request', true, 3)
        } else if (event === 'due') {
          queue.addDue(request(names.slice(0, 2)))
          add('due', false, 2)
        } else if (event === 'refresh') {
          queue.addRefresh(new Flight(`${event}${turn}-0`, 'queued', true))
          add('refresh', false, 1)
        } else {
          const plan = planned(waiting, 100)
          expect(users(queue.cut(100, 500, keep))).toEqual(plan.map(({ user }) => user))
          waiting = []
        }
        const foreground = waiting.filter(({ kind }) => kind !== 'refresh').length
        expect([queue.foregroundUsers, queue.refreshUsers]).toEqual([
          foreground,
          waiting.length - foreground,
        ])
        expect(queue.isEmpty).toBe(waiting.length === 0)
      }
      expect(users(queue.takeAll()).sort()).toEqual(waiting.map(({ user }) => user).sort())
    }
  })

  test('seats everybody once, in the end, whatever the sizes', () => {
    for (const sizes of everySequence([1, 7, 8, 9, 30], 4)) {
      for (const usersMax of [1, 8, 10, 25]) {
        const queue = new BatchQueue()
        const all = sizes.map((size, lane) => request(range(`${lane}-`, size)))
        for (const lane of all) queue.addForeground(lane)
        const seated: string[] = []
        while (!queue.isEmpty) {
          const batch = users(queue.cut(usersMax, 0, keep))
          expect(batch.length).toBe(
            Math.min(usersMax, sizes.reduce((a, b) => a + b) - seated.length),
          )
          seated.push(...batch)
        }
        expect(seated.toSorted()).toEqual(all.flatMap(users).sort())
        for (const [lane, size] of sizes.entries()) {
          const mine = seated.filter((user) => user.startsWith(`${lane}-`))
          expect(mine).toEqual(range(`${lane}-`, size))
        }
      }
    }
  })

  /** Returns the batch in which each request is complete by turns of eight alone. */
  function completeByTurns(sizes: readonly number[], usersMax: number): readonly number[] {
    const complete = sizes.map(() => 0)
    const line = sizes.map((left, lane) => ({ lane, left, turn: 8 }))
    for (let batch = 0; line.length > 0; batch += 1) {
      for (let free = usersMax; free > 0;) {
        const [first] = line
        if (first === undefined) break
        const seats = Math.min(first.turn, first.left, free)
        free -= seats
        first.left -= seats
        first.turn -= seats
        if (first.left === 0) complete[first.lane] = batch
        if (first.left > 0 && first.turn > 0) continue
        line.shift()
        if (first.left > 0) line.push({ ...first, turn: 8 })
      }
    }
    return complete
  }

  /** Requests, by whether each of their users is late. */
  const requests = fc.array(
    fc.array(
      fc.nat(9).map((number) => number === 0),
      { minLength: 1, maxLength: 34 },
    ),
    { minLength: 1, maxLength: 20 },
  )
  const usersMaxes = fc.constantFrom(1, 8, 10, 25, 100)

  function queueOf(all: readonly (readonly boolean[])[]): BatchQueue {
    const queue = new BatchQueue()
    for (const [lane, late] of all.entries()) {
      const flights = late.flatMap((isLate, user) =>
        request([`${lane}-${user}`], isLate ? 100 : 1_000),
      )
      queue.addForeground(flights)
    }
    return queue
  }

  test('has no request complete later than by turns of eight alone, whoever is late', () => {
    fc.assert(
      fc.property(requests, usersMaxes, (all, usersMax) => {
        const queue = queueOf(all)
        const living = all.map((late) => late.filter((isLate) => !isLate).length)
        const byTurns = completeByTurns(living, usersMax)
        for (let batch = 0; !queue.isEmpty; batch += 1)
          for (const user of users(queue.cut(usersMax, 500, keep)))
            expect(batch).toBeLessThanOrEqual(byTurns[Number(user.split('-')[0])] ?? -1)
      }),
      { numRuns: 2_000 },
    )
  })

  test('has no request complete later than by turns of eight alone, for every sequence of sizes around a turn', () => {
    for (const sizes of everySequence([1, 9, 15, 16, 30], 4)) {
      for (const usersMax of [7, 10, 12, 20]) {
        const queue = queueOf(sizes.map((size) => Array.from({ length: size }, () => false)))
        const byTurns = completeByTurns(sizes, usersMax)
        const left = [...sizes]
        for (let batch = 0; !queue.isEmpty; batch += 1) {
          for (const user of users(queue.cut(usersMax, 0, keep))) {
            const lane = Number(user.split('-')[0])
            left[lane] = (left[lane] ?? 0) - 1
            if (left[lane] === 0) expect(batch).toBeLessThanOrEqual(byTurns[lane] ?? -1)
          }
          expect(queue.requests).toBe(left.filter((count) => count > 0).length)
        }
      }
    }
  })

  test('counts no fewer ahead of a newcomer than are seated before its last user', () => {
    fc.assert(
      fc.property(requests, usersMaxes, fc.nat(4), fc.nat(29), (all, usersMax, cuts, others) => {
        const queue = queueOf(all)
        for (let cut = 0; cut < cuts; cut += 1) queue.cut(usersMax, 500, keep)
        const ahead = queue.usersAhead(others + 1, false)
        queue.addForeground(request(range('new-', others + 1)))
        const seated: string[] = []
        while (!queue.isEmpty) seated.push(...users(queue.cut(usersMax, 500, keep)))
        // Of a batch that is whole the order says nothing.
        const batches = Math.ceil((seated.lastIndexOf(`new-${others}`) + 1) / usersMax)
        expect(Math.ceil((ahead + others + 1) / usersMax)).toBeGreaterThanOrEqual(batches)
      }),
      { numRuns: 2_000 },
    )
  })

  test('puts nobody back whose request lacks only those that it has cached', () => {
    const queue = new BatchQueue()
    queue.addForeground(request(range('taker-', 15)))
    queue.addForeground(awaitedFlights(range('giver-', 12), 1_000, 8))
    expect(users(queue.cut(16, 0, keep))).toEqual([...range('taker-', 8), ...range('giver-', 8)])
  })

  test('does not put a user back for whom another request waits as well', () => {
    const queue = new BatchQueue()
    const giver = request(range('giver-', 30))
    const [other] = request(['other'])
    giver[3]?.waiters.push(...(other?.waiters ?? []))
    queue.addForeground(request(range('taker-', 15)))
    queue.addForeground(giver)
    const seated = users(queue.cut(16, 0, keep))
    expect(seated).toEqual([...range('taker-', 12), ...range('giver-', 4)])
  })
})
