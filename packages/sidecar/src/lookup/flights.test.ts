import { describe, expect, test } from 'vitest'

import { Flights } from './flights.ts'

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
    flight.state = 'sent'
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
    flight.state = 'sent'
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
})
