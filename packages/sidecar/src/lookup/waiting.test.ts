import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { inWords } from '../../tests/support/lookup-under-test.ts'
import { failed, type Failure, type Known, type Outcome, refused } from './outcome.ts'
import { Waiting } from './waiting.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

const failure: Failure = { code: 'upstream-unreachable', message: 'away', retryable: true }

const known = (source: Known['source'], tag: string, usableUntilMs = Infinity): Known => ({
  kind: 'known',
  source,
  tagsJson: JSON.stringify([tag]),
  fetchedAtMs: 0,
  freshUntilMs: 500,
  usableUntilMs,
})

function waitingFor(places: number, deadlineMs = 1_000): Waiting {
  const startMs = performance.now()
  const empty = Array.from({ length: places }, (): Outcome | undefined => undefined)
  return new Waiting(empty, deadlineMs, () => performance.now() - startMs)
}

/** Begins; returns what the request was told, once it was. */
function begun(
  waiting: Waiting,
  patienceMs = Infinity,
  callerLeft?: AbortSignal,
): { told: string[] | undefined } {
  const result: { told: string[] | undefined } = { told: undefined }
  const tell = (outcomes: readonly Outcome[]): void => {
    result.told = outcomes.map(inWords)
  }
  void waiting.begin(0, patienceMs, callerLeft).then(tell)
  return result
}

const seat = { index: 0, coalesced: false, fallback: undefined }

describe('Waiting', () => {
  test('ends when every place is filled, and leaves no timer', async () => {
    const waiting = waitingFor(2)
    const first = waiting.seat(seat)
    const second = waiting.seat({ index: 1, coalesced: true, fallback: known('stale', 'old') })
    const request = begun(waiting, 100)
    waiting.settle(second, known('fetched', 'b'))
    await vi.advanceTimersByTimeAsync(0)
    expect(request.told).toBeUndefined()
    waiting.settle(first, known('fetched', 'a'))
    await vi.advanceTimersByTimeAsync(0)
    expect(request.told).toEqual(['fetched ["a"]', 'coalesced ["b"]'])
    expect(vi.getTimerCount()).toBe(0)
    expect(waiting.isLive(0)).toBe(false)
  })

  test('ends at the deadline, not before, with a failure for places that are not filled', async () => {
    const waiting = waitingFor(2)
    const first = waiting.seat(seat)
    waiting.seat({ ...seat, index: 1 })
    const request = begun(waiting)
    waiting.settle(first, known('fetched', 'a'))
    await vi.advanceTimersByTimeAsync(999)
    expect([request.told, waiting.isLive(999), waiting.isLive(1_000)]).toEqual([
      undefined,
      true,
      false,
    ])
    await vi.advanceTimersByTimeAsync(1)
    expect(request.told).toEqual(['fetched ["a"]', 'deadline-exceeded'])
  })

  test('ends at the deadline with what held a fetch up, where that is known', async () => {
    const waiting = waitingFor(2)
    waiting.seat(seat).delayedBy = failure
    waiting.seat({ ...seat, index: 1 })
    const request = begun(waiting)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(request.told).toEqual(['upstream-unreachable', 'deadline-exceeded'])
  })

  test('fills a place once: what comes later for it changes nothing', async () => {
    const waiting = waitingFor(2)
    const first = waiting.seat(seat)
    waiting.seat({ ...seat, index: 1 })
    const request = begun(waiting)
    waiting.settle(first, known('fetched', 'a'))
    waiting.settle(first, known('fetched', 'b'))
    await vi.advanceTimersByTimeAsync(1_000)
    waiting.settle(first, known('fetched', 'c'))
    expect(request.told).toEqual(['fetched ["a"]', 'deadline-exceeded'])
  })

  test('ends when the caller leaves, and at once for one who has left already', async () => {
    const leaver = new AbortController()
    const waiting = waitingFor(1)
    waiting.seat(seat)
    const request = begun(waiting, Infinity, leaver.signal)
    await vi.advanceTimersByTimeAsync(10)
    expect(request.told).toBeUndefined()
    leaver.abort()
    await vi.advanceTimersByTimeAsync(0)
    expect(request.told).toEqual(['deadline-exceeded'])

    const late = waitingFor(1)
    late.seat(seat)
    const over = begun(late, Infinity, leaver.signal)
    await vi.advanceTimersByTimeAsync(0)
    expect(over.told).toEqual(['deadline-exceeded'])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a place that is refused', () => {
  test('is told from one whose deadline passed: no call was made for it', async () => {
    const waiting = waitingFor(2)
    waiting.refuse({ index: 0, fallback: undefined }, failure)
    waiting.seat({ ...seat, index: 1 })
    const outcomes = waiting.begin(0, Infinity, undefined)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await outcomes).toEqual([
      refused(failure),
      { kind: 'failed', failure: expect.objectContaining({ code: 'deadline-exceeded' }) },
    ])
  })

  test('is filled at once: a request with no other place ends as it begins', async () => {
    const waiting = waitingFor(1)
    waiting.refuse({ index: 0, fallback: undefined }, failure)
    const request = begun(waiting)
    await vi.advanceTimersByTimeAsync(0)
    expect(request.told).toEqual(['upstream-unreachable'])
  })

  test('is filled with what the cache has, if that may still be answered', async () => {
    const waiting = waitingFor(2)
    waiting.refuse({ index: 0, fallback: known('stale', 'old', 0) }, failure)
    waiting.refuse({ index: 1, fallback: known('stale', 'too old', -1) }, failure)
    const request = begun(waiting)
    await vi.advanceTimersByTimeAsync(0)
    expect(request.told).toEqual(['stale ["old"]', 'upstream-unreachable'])
  })

  test('leaves the other places waiting', async () => {
    const waiting = waitingFor(2)
    waiting.refuse({ index: 0, fallback: undefined }, failure)
    const second = waiting.seat({ ...seat, index: 1 })
    const request = begun(waiting)
    await vi.advanceTimersByTimeAsync(500)
    expect(request.told).toBeUndefined()
    waiting.settle(second, known('fetched', 'b'))
    await vi.advanceTimersByTimeAsync(0)
    expect(request.told).toEqual(['upstream-unreachable', 'fetched ["b"]'])
  })
})

describe('a place with a fallback', () => {
  const place = { index: 0, coalesced: false, fallback: known('stale', 'old') }

  test('is filled with it when patience is over, and not before', async () => {
    const waiting = waitingFor(1)
    waiting.seat(place)
    const request = begun(waiting, 100)
    await vi.advanceTimersByTimeAsync(99)
    expect(request.told).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(request.told).toEqual(['stale ["old"]'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is filled with the new value if that comes in time', async () => {
    const waiting = waitingFor(1)
    const waiter = waiting.seat(place)
    const request = begun(waiting, 100)
    await vi.advanceTimersByTimeAsync(99)
    waiting.settle(waiter, known('fetched', 'new'))
    await vi.advanceTimersByTimeAsync(0)
    expect(request.told).toEqual(['fetched ["new"]'])
  })

  test('is filled with it when the fetch fails, or the deadline comes first', async () => {
    const broken = waitingFor(1)
    const waiter = broken.seat(place)
    const request = begun(broken, 100)
    broken.settle(waiter, failed(failure))
    await vi.advanceTimersByTimeAsync(0)
    expect(request.told).toEqual(['stale ["old"]'])

    const hurried = waitingFor(1, 50)
    hurried.seat(place)
    const late = begun(hurried, 100)
    await vi.advanceTimersByTimeAsync(50)
    expect(late.told).toEqual(['stale ["old"]'])
  })

  test('does not make the places without one lose patience', async () => {
    const waiting = waitingFor(2)
    waiting.seat(place)
    const second = waiting.seat({ ...seat, index: 1 })
    const request = begun(waiting, 100)
    await vi.advanceTimersByTimeAsync(500)
    expect(request.told).toBeUndefined()
    waiting.settle(second, known('fetched', 'b'))
    await vi.advanceTimersByTimeAsync(0)
    expect(request.told).toEqual(['stale ["old"]', 'fetched ["b"]'])
  })

  test('waits for its new value until patience is over, though the other places are filled', async () => {
    const waiting = waitingFor(2)
    waiting.seat(place)
    const second = waiting.seat({ ...seat, index: 1 })
    const request = begun(waiting, 100)
    waiting.settle(second, known('fetched', 'b'))
    await vi.advanceTimersByTimeAsync(99)
    expect(request.told).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(request.told).toEqual(['stale ["old"]', 'fetched ["b"]'])
  })

  test('waits on if its fallback has grown too old by the time patience is over', async () => {
    const waiting = waitingFor(1)
    const waiter = waiting.seat({ ...place, fallback: known('stale', 'old', 99) })
    const request = begun(waiting, 100)
    await vi.advanceTimersByTimeAsync(500)
    expect(request.told).toBeUndefined()
    waiting.settle(waiter, known('fetched', 'new'))
    await vi.advanceTimersByTimeAsync(0)
    expect(request.told).toEqual(['fetched ["new"]'])
  })

  test('sets no second timer where patience cannot end before the deadline, or nothing could be answered then', () => {
    const equal = waitingFor(1)
    equal.seat(place)
    begun(equal, 1_000)
    expect(vi.getTimerCount()).toBe(1)
    const without = waitingFor(1)
    without.seat(seat)
    begun(without, 100)
    expect(vi.getTimerCount()).toBe(2)
  })
})

describe('what was read from the cache before the wait', () => {
  const cached = (source: 'fresh' | 'stale', usableUntilMs: number): Waiting => {
    const startMs = performance.now()
    const outcomes = [known(source, 'cached', usableUntilMs), undefined]
    const waiting = new Waiting(outcomes, 1_000, () => performance.now() - startMs)
    waiting.seat({ ...seat, index: 1 })
    return waiting
  }

  test.each([
    ['fresh', 499, Infinity, 'fresh ["cached"]'],
    ['fresh', 500, Infinity, 'stale ["cached"]'],
    ['fresh', 700, 700, 'stale ["cached"]'],
    ['fresh', 701, 700, 'deadline-exceeded'],
    ['stale', 700, 700, 'stale ["cached"]'],
    ['stale', 701, 700, 'deadline-exceeded'],
  ] as const)('is told, if %s then, %i ms later, if usable until %i, as %s', async (...row) => {
    const [source, atMs, usableUntilMs, told] = row
    const leaver = new AbortController()
    const request = begun(cached(source, usableUntilMs), Infinity, leaver.signal)
    await vi.advanceTimersByTimeAsync(atMs)
    leaver.abort()
    await vi.advanceTimersByTimeAsync(0)
    expect(request.told?.[0]).toBe(told)
  })
})
