import { Flight } from '../../src/lookup/flights.ts'
import type { Outcome } from '../../src/lookup/outcome.ts'
import { Waiting } from '../../src/lookup/waiting.ts'
import { inWords } from './lookup-under-test.ts'

const CACHED = { kind: 'unknown', source: 'stale', fetchedAtMs: 0, freshUntilMs: 0 } as const

/** Queued flights of one request, each with a waiter that lives until `deadlineMs`; those from `cachedFrom` on have something cached. */
export function awaitedFlights(
  names: readonly string[],
  deadlineMs = 2_000,
  cachedFrom = names.length,
): Flight[] {
  const request = new Waiting([], deadlineMs, () => 0)
  return names.map((name, index) => {
    const flight = new Flight(name, 'queued', false)
    const fallback = index < cachedFrom ? undefined : CACHED
    flight.waiters.push(request.seat({ index, fallback, coalesced: false }))
    return flight
  })
}

/** Lets a request of its own wait for each of these flights; returns what they are told, in words, as they are told it. */
export function listenTo(flights: readonly Flight[], deadlineMs = 2_000): Map<string, string> {
  const told = new Map<string, string>()
  for (const flight of flights) {
    const request = new Waiting([undefined], deadlineMs, () => 0)
    const tell = (outcomes: readonly Outcome[]): void => {
      told.set(flight.user, inWords(outcomes[0]))
    }
    flight.waiters.push(request.seat({ index: 0, fallback: undefined, coalesced: false }))
    void request.begin(0, Infinity, undefined).then(tell)
  }
  return told
}

export const usersOf = (flights: readonly Flight[]): string[] =>
  flights.map((flight) => flight.user)
