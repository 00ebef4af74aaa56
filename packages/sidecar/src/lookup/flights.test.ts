import { describe, expect, test } from 'vitest'

import { awaitedFlights } from '../../tests/support/awaited-flights.ts'
import { Flight, Flights } from './flights.ts'

const read = { refresh: false, anew: false }
const readAnew = { refresh: false, anew: true }

describe('Flights', () => {
  test('joins everybody who asks for a user to one flight', () => {
    const flights = new Flights()
    const first = flights.join('xiaoming', read)
    expect(first.created).toBe(true)
    expect(flights.join('xiaoming', read)).toEqual({ flight: first.flight, created: false })
    expect(flights.join('xiaohong', read).flight).not.toBe(first.flight)
    expect(flights.size).toBe(2)
  })

  test('forgets a flight that has landed', () => {
    const flights = new Flights()
    const { flight } = flights.join('xiaoming', read)
    expect(flights.land(flight)).toBeUndefined()
    expect(flights.size).toBe(0)
    expect(flights.join('xiaoming', read).created).toBe(true)
  })

  test('lets a demand for a fresh fetch join a flight that is still queued', () => {
    const flights = new Flights()
    const { flight } = flights.join('xiaoming', read)
    expect(flights.join('xiaoming', readAnew).flight).toBe(flight)
  })

  test('parks a demand for a fresh fetch behind a flight that is sent, and shares it', () => {
    const flights = new Flights()
    const { flight } = flights.join('xiaoming', read)
    flight.send()
    const parked = flights.join('xiaoming', readAnew)
    expect([parked.created, parked.flight.state]).toEqual([true, 'parked'])
    expect(flights.join('xiaoming', readAnew)).toEqual({ flight: parked.flight, created: false })
    expect(flights.land(flight)).toBe(parked.flight)
    expect(parked.flight.state).toBe('queued')
    expect(flights.join('xiaoming', read).flight).toBe(parked.flight)
  })

  test('parks every read that comes after an invalidation of a flight that is sent', () => {
    const flights = new Flights()
    const { flight } = flights.join('xiaoming', read)
    flight.send()
    flights.invalidate('xiaoming')
    expect(flight.invalidated).toBe(true)
    expect(flights.join('xiaoming', read).flight.state).toBe('parked')
  })

  test('leaves a queued flight alone on invalidation: its fetch has not begun', () => {
    const flights = new Flights()
    const { flight } = flights.join('xiaoming', read)
    flights.invalidateAll()
    expect(flight.invalidated).toBe(false)
  })

  test('does not end a successor when an earlier flight lands late', () => {
    const flights = new Flights()
    const { flight: earlier } = flights.join('xiaoming', read)
    flights.land(earlier)
    const { flight: later } = flights.join('xiaoming', read)
    flights.land(earlier)
    expect(flights.join('xiaoming', read).flight).toBe(later)
  })

  test('invalidates every flight that is sent, and only those', () => {
    const flights = new Flights()
    const [sent, other, queued] = ['user-1', 'user-2', 'user-3'].map(
      (user) => flights.join(user, read).flight,
    )
    for (const flight of [sent, other]) if (flight !== undefined) flight.send()
    flights.invalidate('user-1')
    flights.invalidate('nobody')
    expect([sent, other, queued].map((flight) => flight?.invalidated)).toEqual([true, false, false])
    flights.invalidateAll()
    expect([sent, other, queued].map((flight) => flight?.invalidated)).toEqual([true, true, false])
  })

  test('knows who has a flight', () => {
    const flights = new Flights()
    const { flight } = flights.join('user-1', read)
    expect([flights.has('user-1'), flights.has('user-2')]).toEqual([true, false])
    flights.land(flight)
    expect(flights.has('user-1')).toBe(false)
  })
})

describe('a flight', () => {
  test('is wanted while a waiter has time left, or as a refresh', () => {
    const [flight] = awaitedFlights(['user-1'], 1_000)
    expect([flight?.isWanted(999), flight?.isWanted(1_000)]).toEqual([true, false])
    expect([flight?.isAwaited(999), flight?.isAwaited(1_000)]).toEqual([true, false])
    const refresh = new Flight('user-1', 'queued', true)
    expect([refresh.isWanted(1e9), refresh.isAwaited(0)]).toEqual([true, false])
  })

  test('that waits for another call serves those parked behind it, and every invalidation so far', () => {
    const flights = new Flights()
    const { flight } = flights.join('user-1', read)
    const [early] = awaitedFlights(['user-1'], 1_000)
    const [late] = awaitedFlights(['user-1'], 5_000)
    flight.waiters.push(...(early?.waiters ?? []))
    flight.send()
    flights.invalidate('user-1')
    const { flight: parked } = flights.join('user-1', read)
    parked.waiters.push(...(late?.waiters ?? []))
    flight.requeue()
    expect([flight.state, flight.invalidated, flight.waiters.length]).toEqual(['queued', false, 2])
    expect(flight.isAwaited(4_999)).toBe(true)
    expect(flights.join('user-1', readAnew)).toEqual({ flight, created: false })
    expect(flights.land(flight)).toBeUndefined()
    expect(flights.size).toBe(0)
  })
})
