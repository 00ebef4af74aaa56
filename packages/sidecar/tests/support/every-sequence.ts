/** Yields every sequence of exactly `length` of these events: small scopes are searched whole, not sampled. */
export function* everySequence<Event>(
  events: readonly Event[],
  length: number,
): Generator<readonly Event[]> {
  if (length === 0) {
    yield []
    return
  }
  for (const before of everySequence(events, length - 1)) {
    for (const event of events) yield [...before, event]
  }
}
