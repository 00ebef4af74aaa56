import { TagLookup } from '../packages/sidecar/src/lookup/tag-lookup.ts'
import { logNormal, seeded, zipf } from './seeded.ts'
import { simulateTime } from './simulated-time.ts'

const USERS = 50_000
const READS_PER_SECOND = 8_000
const EXPONENT = 0.9
const TTL_MS = 60_000
/** The cache fills for two fresh times; then this much is measured. */
const WARM_UP_S = 150
const MEASURED_S = 120

/** What the reads came to. */
export interface ZipfFigures {
  readonly notFreshShare: number
  readonly callsPerSecond: number
  readonly usersPerCall: number
}

/**
 * Reads of 50,000 users with Zipf popularity (0.9), 8,000 a second, against an upstream of about 35 ms: how many find no fresh value, and how
 * many calls are made. Users ride along within the last `refreshAhead` of their fresh time; 0: none do. The real lookup on simulated time; the seed is fixed. A process
 * of its own, because it replaces the clocks.
 */
async function zipfLoad(refreshAhead: number): Promise<ZipfFigures> {
  const time = simulateTime()
  const random = seeded(20261123)
  const nextRank = zipf(USERS, EXPONENT, random)
  const latencyMs = logNormal(35, 0.3, random)
  const users = Array.from({ length: USERS }, (_, rank) => `user-${rank}`)
  let calls = 0
  let usersAsked = 0
  const lookup = new TagLookup({
    load: async (batch) => {
      calls += 1
      usersAsked += batch.length
      await new Promise((resolve) => setTimeout(resolve, latencyMs()))
      return { tags: new Map(batch.map((user) => [user, ['GoldMember']])), errors: new Map() }
    },
    windows: {
      ttlMs: TTL_MS,
      ttlJitter: 0.1,
      staleWhileRevalidateMs: 30_000,
      staleIfErrorMs: 86_400_000,
      unknownTtlMs: 30_000,
    },
    cacheMaxBytes: 64 * 1024 ** 2,
    callsPerSecond: 100,
    maxConcurrentCalls: 32,
    batchMaxUsers: 100,
    queueMaxUsers: 100_000,
    rideAlongMs: TTL_MS * refreshAhead,
    random,
  })
  let reads = 0
  let notFresh = 0
  const stepMs = 1
  for (let second = 0; second < WARM_UP_S + MEASURED_S; second += 1) {
    if (second === WARM_UP_S) [reads, notFresh, calls, usersAsked] = [0, 0, 0, 0]
    for (let atMs = 0; atMs < 1_000; atMs += stepMs) {
      for (let read = 0; read < (READS_PER_SECOND * stepMs) / 1_000; read += 1) {
        const user = users[nextRank()] ?? ''
        const found = lookup.lookup([user], { deadlineMs: performance.now() + 2_000 })
        reads += 1
        const isFresh =
          'length' in found && found[0]?.kind === 'known' && found[0].source === 'fresh'
        if (!isFresh) notFresh += 1
      }
      await time.advance(stepMs)
    }
  }
  lookup.close()
  await time.advance(10_000)
  return {
    notFreshShare: notFresh / reads,
    callsPerSecond: calls / MEASURED_S,
    usersPerCall: usersAsked / calls,
  }
}

if (import.meta.main) console.log(JSON.stringify(await zipfLoad(Number(process.argv[2]))))
