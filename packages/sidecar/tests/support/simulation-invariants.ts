import { TencentError } from '@tagside/core'
import { expect } from 'vitest'

import { NaiveBreaker } from './naive-breaker.ts'
import { type Moment, type RecordedCall, refusedWith, unreachable } from './recording-upstream.ts'

/** What an upstream call of the simulation may be rejected with. */
export const errors = {
  retry: unreachable(),
  throttled: refusedWith(60_007),
  credentials: refusedWith(70_009),
  request: refusedWith(90_001),
  unknown: refusedWith(12_345),
}

const classOf = (call: RecordedCall): string | undefined =>
  call.error instanceof TencentError ? call.error.failureClass : undefined

/** Replays the calls against the breaker's rules: none starts while it is open, one while it is half-open. */
export function expectCallsToHeedTheBreaker(moments: readonly Moment[], random: number): void {
  const breaker = new NaiveBreaker(random)
  const probes = new Set<RecordedCall>()
  for (const { atMs, call, isStart } of moments) {
    if (isStart) {
      expect(breaker.mayCall(atMs)).toBe(true)
      if (breaker.started(atMs)) probes.add(call)
    } else {
      breaker.ended(classOf(call) === 'retry', probes.has(call), atMs)
    }
  }
}

/** No call within a minute of a refusal; and one at a time while no call that began after the last refusal was answered. */
export function expectCallsToHeedTheCredentials(moments: readonly Moment[]): void {
  let refusedAtMs = -Infinity
  let isProved = false
  let underWay = 0
  for (const { atMs, call, isStart } of moments) {
    if (isStart) {
      expect(atMs - refusedAtMs).toBeGreaterThanOrEqual(60_000)
      if (!isProved) expect(underWay).toBe(0)
      underWay += 1
      continue
    }
    underWay -= 1
    if (classOf(call) === 'credentials') {
      refusedAtMs = atMs
      isProved = false
    } else if (call.error === undefined && call.startedAtMs > refusedAtMs) isProved = true
  }
}

/** That these users were asked for, and when. */
interface Asked {
  readonly askedAtMs: number
  readonly ask: { readonly users: readonly string[] }
}

/**
 * Retries are at most a fifth of the calls, beside the floor of three and what refills it. A call is certainly a retry if each
 * of its users was in a call that failed transiently, and nobody has asked for the user since that one began.
 */
export function expectFewRetries(calls: readonly RecordedCall[], asked: readonly Asked[]): void {
  const isRetried = (user: string, index: number): boolean => {
    const before = calls.slice(0, index).findLast((call) => call.users.includes(user))
    if (before === undefined || !['retry', 'unknown'].includes(classOf(before) ?? '')) return false
    return !asked.some(
      ({ askedAtMs, ask }) => askedAtMs >= before.startedAtMs && ask.users.includes(user),
    )
  }
  const retries = calls.filter(({ users }, index) => users.every((user) => isRetried(user, index)))
  const spanMs = (calls.at(-1)?.startedAtMs ?? 0) - (calls[0]?.startedAtMs ?? 0)
  expect(retries.length).toBeLessThanOrEqual(3 + 0.2 * calls.length + (0.3 * spanMs) / 1_000)
}
