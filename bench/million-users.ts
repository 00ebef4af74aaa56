/** A process of its own for each measurement of memory.ts: fills a lookup with a million users; its argument says what is measured then. */
import { constants, PerformanceObserver } from 'node:perf_hooks'

import { isPending, TagLookup } from '../packages/sidecar/src/lookup/tag-lookup.ts'
import { seeded } from './seeded.ts'

/** A million, unless a second argument says otherwise. */
const USERS = Number(process.argv[3] ?? 1_000_000)
const BATCH_USERS = 100
/** A full collection of the heap comes two or three times a minute: one should be among those that are measured. */
const SECONDS_MIN = 15
const SECONDS_MAX = 60
const BATCHES_PER_SECOND = 100
const READS_PER_SECOND = 20_000

const random = seeded(20261124)
const draw = (end: number): number => Math.floor(random() * end)
/** 10 characters. */
const userId = (index: number): string => `user${index.toString(36).padStart(6, '0')}`
/** 12 characters, of which there are a thousand; sets of three are mostly distinct. */
const someTags = (): string[] =>
  Array.from({ length: 3 }, () => `Tag${draw(1_000).toString().padStart(9, '0')}`)

const lookup = new TagLookup({
  // Texts fresh out of JSON.parse, as those of a reply are.
  load: async (asked) => {
    const tags: [string, string[]][] = JSON.parse(
      JSON.stringify(asked.map((user) => [user, someTags()])),
    )
    return { tags: new Map(tags), errors: new Map() }
  },
  windows: {
    ttlMs: 3_600_000,
    ttlJitter: 0.1,
    staleWhileRevalidateMs: 30_000,
    staleIfErrorMs: 86_400_000,
    unknownTtlMs: 30_000,
  },
  cacheMaxBytes: 1024 ** 3,
  callsPerSecond: 10_000,
  maxConcurrentCalls: 32,
  batchMaxUsers: BATCH_USERS,
  queueMaxUsers: 100_000,
  rideAlongMs: 360_000,
  random,
})

/** As a request body names them: texts that nothing else holds. */
function users(count: number, indexOf: (position: number) => number): string[] {
  return JSON.parse(
    JSON.stringify(Array.from({ length: count }, (_, position) => userId(indexOf(position)))),
  )
}

async function look(ids: readonly string[], noCache: boolean): Promise<void> {
  const found = lookup.lookup(ids, { deadlineMs: performance.now() + 60_000, noCache })
  if (isPending(found)) await found
}

async function fill(): Promise<void> {
  const requestUsers = 10 * BATCH_USERS
  for (let first = 0; first < USERS; first += requestUsers)
    await look(
      users(requestUsers, (position) => first + position),
      false,
    )
}

function usedBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Returns bytes for each user over an empty lookup: as fetched, and when each was read once, so that it may ride along. */
async function bytesPerUser() {
  // What the first calls leave behind, compiled code above all, is no user's.
  await look(
    users(1_000, (position) => position),
    false,
  )
  lookup.invalidateAll()
  const emptyBytes = usedBytes()
  await fill()
  const fetched = (usedBytes() - emptyBytes) / USERS
  const { cacheBytes, cacheEntries } = lookup.state()
  for (let first = 0; first < USERS; first += BATCH_USERS)
    await look(
      users(BATCH_USERS, (position) => first + position),
      false,
    )
  const read = (usedBytes() - emptyBytes) / USERS
  const residentMb = process.memoryUsage.rss() / 1e6
  return { entries: cacheEntries, fetched, read, accounted: cacheBytes / cacheEntries, residentMb }
}

const FULL = 'mark-compact'
const KINDS = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'scavenge'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, FULL],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak callbacks'],
])

function kindOf(detail: unknown): number {
  const found =
    typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : undefined
  return typeof found === 'number' ? found : -1
}

/** Returns how long collections stopped the process while fetched users replaced others and reads went on. */
async function pauses() {
  await fill()
  const kinds = new Map<string, { count: number; longestMs: number; totalMs: number }>()
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { duration } = entry
      const kind = 'detail' in entry ? kindOf(entry.detail) : -1
      const name = KINDS.get(kind) ?? String(kind)
      const { count, longestMs, totalMs } = kinds.get(name) ?? {
        count: 0,
        longestMs: 0,
        totalMs: 0,
      }
      kinds.set(name, {
        count: count + 1,
        longestMs: Math.max(longestMs, duration),
        totalMs: totalMs + duration,
      })
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  const startMs = performance.now()
  let batches = 0
  let reads = 0
  let passedS = 0
  while (passedS < (kinds.has(FULL) ? SECONDS_MIN : SECONDS_MAX)) {
    passedS = (performance.now() - startMs) / 1_000
    for (; batches < passedS * BATCHES_PER_SECOND; batches += 1)
      void look(
        users(BATCH_USERS, () => draw(USERS)),
        true,
      )
    for (; reads < passedS * READS_PER_SECOND; reads += 1)
      void look(
        users(1, () => draw(USERS)),
        false,
      )
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  observer.disconnect()
  return { seconds: Math.round(passedS), batches, reads, kinds: Object.fromEntries(kinds) }
}

const measured = process.argv[2] === 'pauses' ? await pauses() : await bytesPerUser()
lookup.close()
console.log(JSON.stringify(measured))
