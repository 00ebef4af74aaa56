import { vi } from 'vitest'

import type { TagLookup, TagLookupOptions } from '../../src/lookup/tag-lookup.ts'
import { ask, inWords, lookupOver, numbered } from './lookup-under-test.ts'
import { type Behaviour, recordingUpstream } from './recording-upstream.ts'

/** A lookup in front of an upstream whose behaviour may change at any time. `random` draws 0: no jitter, no backoff. */
export function lookupWith(options: Partial<TagLookupOptions> = {}) {
  let behave: (users: readonly string[]) => Behaviour = () => ({})
  const upstream = recordingUpstream((users) => behave(users))
  const lookup = lookupOver(upstream, { random: () => 0, ...options })
  const behaves = (next: typeof behave): void => {
    behave = next
  }
  const callsSince = (ms: number) => upstream.calls.filter((call) => call.startedAtMs >= ms)
  return { lookup, upstream, behaves, callsSince }
}

/** Asks for a user that nobody asked for before, every so often; returns what each was told. */
export async function askSteadily(
  lookup: TagLookup,
  { everyMs, forMs, prefix }: { everyMs: number; forMs: number; prefix: string },
): Promise<string[]> {
  const asked: Promise<string>[] = []
  for (let ms = 0; ms < forMs; ms += everyMs) {
    asked.push(ask(lookup, [`${prefix}-${ms}`]).then(([outcome]) => inWords(outcome)))
    await vi.advanceTimersByTimeAsync(everyMs)
  }
  await vi.advanceTimersByTimeAsync(2_000)
  return Promise.all(asked)
}

/** Lets five calls fail, which pauses calls; returns when that was. */
export async function pauseCalls(lookup: TagLookup): Promise<number> {
  for (const user of numbered(5, 90_000)) {
    void ask(lookup, [user], { deadlineMs: performance.now() + 40 })
    await vi.advanceTimersByTimeAsync(50)
  }
  return performance.now() - 20
}
