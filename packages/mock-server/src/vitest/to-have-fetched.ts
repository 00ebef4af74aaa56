import type { JournalEntry } from '../engine/journal.ts'
import { nearest, nearNote } from '../engine/near.ts'

export interface FetchedTimes {
  /** In how many lookups: a whole number from 0. Without it: in at least one. */
  readonly times?: number
}

/** What has a journal: the fake, or an app. */
interface Fetching {
  requests(): readonly JournalEntry[]
}

/** The lookups that named one user. */
interface Fetches {
  readonly user: string
  readonly calls: readonly JournalEntry[]
}

/**
 * Judges the matcher `toHaveFetched`; see its declaration. A wrong use of it is a TypeError.
 *
 * @param negated whether `not` stands before it; then `pass` is what must not be. Vitest gives
 *   undefined for no.
 */
export function judgeFetched(
  negated: boolean | undefined,
  received: unknown,
  users: string | readonly string[],
  { times }: FetchedTimes = {},
): { pass: boolean; message: () => string } {
  const isNot = negated === true
  const lookups = lookupsOf(received)
  const named = typeof users === 'string' ? [users] : users
  if (named.length === 0) throw new TypeError('toHaveFetched: name at least one user')
  if (times !== undefined && (!Number.isInteger(times) || times < 0)) {
    throw new TypeError(`toHaveFetched: expected a whole number of times from 0, got ${times}`)
  }
  const fetches = named.map((user): Fetches => {
    return { user, calls: lookups.filter(({ accounts }) => accounts.includes(user)) }
  })
  const isAsExpected = ({ calls }: Fetches): boolean =>
    times === undefined ? calls.length > 0 : calls.length === times
  // With `not`, one user who was fetched is one too many.
  const failures = fetches.filter((each) => isAsExpected(each) === isNot)
  return {
    pass: failures.length > 0 === isNot,
    message: () => complaint(isNot ? 'no' : 'every', times, failures, lookups),
  }
}

function lookupsOf(received: unknown): readonly JournalEntry[] {
  if (!isFetching(received)) {
    throw new TypeError('toHaveFetched: expected the fixture app or tencent')
  }
  return received.requests().filter(({ path }) => path.endsWith('get_tag'))
}

function isFetching(received: unknown): received is Fetching {
  return typeof received === 'object' && received !== null && 'requests' in received
}

const CALLS_SHOWN_MAX = 10

function complaint(
  who: 'every' | 'no',
  times: number | undefined,
  failures: readonly Fetches[],
  lookups: readonly JournalEntry[],
): string {
  const howOften = times === undefined ? '' : ` ${timesOf(times)}`
  const accounts = new Set(lookups.flatMap((call) => call.accounts))
  const shown = lookups.slice(-CALLS_SHOWN_MAX)
  return [
    `expected ${who} user to have been fetched${howOften}`,
    ...failures.map((failure) => `  ${describe(failure, accounts)}`),
    lookups.length === 0
      ? 'there was no lookup at all'
      : `lookups, the last ${shown.length} of ${lookups.length}:`,
    ...shown.map((call) => `  #${call.seq} ${call.accounts.join(', ')}: ${outcomeOf(call)}`),
  ].join('\n')
}

function describe({ user, calls }: Fetches, accounts: ReadonlySet<string>): string {
  if (calls.length > 0) {
    return `${user}: ${timesOf(calls.length)}, in ${calls.map(({ seq }) => `#${seq}`).join(', ')}`
  }
  return `${user}: never${nearNote(nearest(user, accounts, 3))}`
}

function timesOf(count: number): string {
  if (count === 0) return 'never'
  return count === 1 ? 'once' : `${count} times`
}

function outcomeOf({ status, errorCode, durationMs }: JournalEntry): string {
  if (durationMs === undefined) return 'under way'
  if (status === undefined) return 'no answer'
  return errorCode === undefined ? `HTTP ${status}` : `ErrorCode ${errorCode}`
}
