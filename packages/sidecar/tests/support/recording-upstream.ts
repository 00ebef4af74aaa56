import { RefusedError, type TagReply, UnreachableError, type UserError } from '@tagside/core'

import type { LoadBatch } from '../../src/lookup/upstream.ts'

/** What the upstream does with one call. */
export interface Behaviour {
  readonly latencyMs?: number
  /** Rejects the whole call. */
  readonly error?: Error
  readonly unknownUsers?: ReadonlySet<string>
  readonly missingUsers?: ReadonlySet<string>
}

export interface RecordedCall {
  readonly startedAtMs: number
  endedAtMs: number
  /** What the call was rejected with, if it was. */
  readonly error?: Error | undefined
  readonly users: readonly string[]
}

/** The start or the end of a call; a recording has them in the order in which they happened. */
export interface Moment {
  readonly atMs: number
  readonly call: RecordedCall
  readonly isStart: boolean
}

/** An upstream that records every call and answers `tagsOf(user)` for each user, as `behave` says. */
export interface RecordingUpstream {
  readonly load: LoadBatch
  readonly calls: RecordedCall[]
}

export function recordingUpstream(
  behave: (users: readonly string[], call: number) => Behaviour = () => ({}),
  tagsOf: (user: string) => readonly string[] = (user) => [`tag of ${user}`],
): RecordingUpstream & { readonly moments: readonly Moment[] } {
  const calls: RecordedCall[] = []
  const moments: Moment[] = []
  const load: LoadBatch = async (users) => {
    const behaviour = behave(users, calls.length + 1)
    const recorded: RecordedCall = {
      startedAtMs: performance.now(),
      endedAtMs: Infinity,
      error: behaviour.error,
      users,
    }
    calls.push(recorded)
    moments.push({ atMs: recorded.startedAtMs, call: recorded, isStart: true })
    const reply = behaviour.error === undefined ? replyFor(users, behaviour, tagsOf) : undefined
    await new Promise((resolve) => setTimeout(resolve, behaviour.latencyMs ?? 30))
    recorded.endedAtMs = performance.now()
    moments.push({ atMs: recorded.endedAtMs, call: recorded, isStart: false })
    if (reply === undefined) throw behaviour.error ?? unreachable()
    return reply
  }
  return { load, calls, moments }
}

/** Read at the start of the call: the oldest state a real upstream could answer with. */
function replyFor(
  users: readonly string[],
  behaviour: Behaviour,
  tagsOf: (user: string) => readonly string[],
): TagReply {
  const tags = new Map<string, readonly string[]>()
  const errors = new Map<string, UserError>()
  for (const user of users) {
    if (behaviour.unknownUsers?.has(user) === true) {
      errors.set(user, { code: 70107, message: '', reason: 'refused' })
    } else if (behaviour.missingUsers?.has(user) === true) {
      errors.set(user, { code: 91000, message: 'tagside: missing', reason: 'missing' })
    } else {
      tags.set(user, tagsOf(user))
    }
  }
  return { tags, errors }
}

/** Returns the most calls that started in any trailing second. */
export function mostCallsInAnySecond(calls: readonly RecordedCall[]): number {
  const starts = calls.map((call) => call.startedAtMs).toSorted((a, b) => a - b)
  let first = 0
  let most = 0
  for (const [last, startMs] of starts.entries()) {
    while ((starts[first] ?? 0) <= startMs - 1_000) first += 1
    most = Math.max(most, last - first + 1)
  }
  return most
}

/** What core throws when nobody listens. */
export function unreachable(): UnreachableError {
  return new UnreachableError({
    origin: 'http://127.0.0.1',
    systemCode: 'ECONNREFUSED',
    cause: new Error('connect ECONNREFUSED'),
  })
}

/** What core throws when Tencent refuses a whole call with this code. */
export function refusedWith(errorCode: number): RefusedError {
  return new RefusedError({ errorCode, errorInfo: 'as Tencent put it' })
}
