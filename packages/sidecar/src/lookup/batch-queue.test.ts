import { describe, expect, test } from 'vitest'

import { BatchQueue } from './batch-queue.ts'
import { Flight } from './flights.ts'
import { Waiting } from './waiting.ts'

/** Flights of one request, each with a waiter that lives until `deadlineMs`. */
function request(names: readonly string[], deadlineMs = 1_000): Flight[] {
  const waiting = new Waiting([], deadlineMs, () => 0)
  return names.map((name, index) => {
    const flight = new Flight(name, 'queued', false)
    flight.waiters.push(waiting.seat({ index, fallback: undefined, coalesced: false }))
    return flight
  })
}

const range = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`)
const users = (batch: readonly Flight[]): string[] => batch.map((flight) => flight.user)
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
      ...range('big', 8),
      'small',
      ...range('mid', 8),
      ...range('big', 16).slice(8),
      ...range('mid', 12).slice(8),
      'big16',
    ])
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

  test('returns nothing only when it is empty, even if a whole lane was dropped', () => {
    const queue = new BatchQueue()
    queue.addForeground(request(range('late', 40), 100))
    queue.addForeground(request(['live'], 1_000))
    expect(users(queue.cut(100, 500, keep))).toEqual(['live'])
    expect(queue.cut(100, 500, keep)).toEqual([])
    expect(queue.isEmpty).toBe(true)
  })
})
