import { describe, expect, test } from 'vitest'

import { RecentEvents } from './recent-events.ts'

describe('RecentEvents', () => {
  test('tells the newest first, with the time', () => {
    const events = new RecentEvents()
    expect(events.list()).toEqual([])
    events.add({ event: 'throttled', level: 'warn', message: 'slower' })
    events.add({ event: 'throttling-over', level: 'info', message: 'as before' })
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(events.list()).toEqual([
      { time, event: 'throttling-over', level: 'info', message: 'as before' },
      { time, event: 'throttled', level: 'warn', message: 'slower' },
    ])
  })

  test('keeps 20, and no more than 500 characters of each', () => {
    const events = new RecentEvents()
    for (let number = 1; number <= 21; number += 1)
      events.add({ event: `event-${number}`, level: 'info', message: 'x'.repeat(501) })
    expect(events.list().map(({ event }) => event)).toEqual(
      Array.from({ length: 20 }, (_, index) => `event-${21 - index}`),
    )
    expect(events.list().every(({ message }) => message.length === 500)).toBe(true)
  })

  test('keeps nothing but what it shows', () => {
    const events = new RecentEvents()
    const change = { event: 'e', level: 'info', message: 'm', upstreamCode: 70003 } as const
    events.add(change)
    expect(Object.keys(events.list()[0] ?? {})).toEqual(['time', 'event', 'level', 'message'])
  })
})
