import { type Program, startPair } from '../scripts/programs.ts'
import { inMs, quantile, residentMb } from './figures.ts'
import { HttpClient } from './http-client.ts'
import { Prober, WARM_USER } from './prober.ts'

const SECONDS = 60
/** Before them the load climbs evenly: code that has not run before is interpreted, ten times slower. */
const CLIMB_SECONDS = 10
const USERS_PER_REQUEST = 100
/** Of the app's hundred calls a second, shared by so many sidecars. */
const REPLICAS = [4, 1]
const OVERLOAD = 10

/**
 * Ten times what the share can fetch, in misses, for a minute: how many users are answered, how fast the others are refused, what a hit costs
 * meanwhile, and whether memory grows. Requests come on a schedule, whether earlier ones are answered or not.
 */
export async function overload(): Promise<void> {
  for (const replicas of REPLICAS) await overloadOf(replicas)
}

async function overloadOf(replicas: number): Promise<void> {
  /** What the share can fetch: its pace is 95 % of the calls allowed. */
  const usersPerSecond = (100 * 0.95 * 100) / replicas
  // So small a cache is full within seconds: what grows after that is not the cache.
  await using pair = await startPair(
    ['--latency', '30', '--unknown-accounts', 'empty'],
    ['--ttl', '1h', '--cache-max-bytes', '8MiB', '--replicas', String(replicas)],
  )
  const { sidecar } = pair
  const client = new HttpClient(sidecar.url, 2_000)
  await client.get(`/v1/users/${WARM_USER}/tags`)
  const flood = new Flood(client, sidecar, usersPerSecond)
  await flood.run(CLIMB_SECONDS, (share) => share * OVERLOAD)
  const hits = new Prober(sidecar.url, 'hit')
  const misses = new Prober(sidecar.url, 'misses')
  const before = { ...flood.seen }
  const climbSamples = flood.memoryMb.length
  await flood.run(SECONDS, () => OVERLOAD)
  const asked = flood.seen.asked - before.asked
  const answered = flood.seen.answered - before.answered
  const late = flood.seen.late - before.late
  const [hitMs, refusedMs] = await Promise.all([hits.stop(), misses.stop()])
  await flood.settle()
  client.close()

  const capacity = usersPerSecond * SECONDS
  const memoryMb = flood.memoryMb.slice(climbSamples)
  const thirdMb = (third: number): string => {
    const from = Math.floor((memoryMb.length / 3) * third)
    return quantile(memoryMb.slice(from, from + memoryMb.length / 3), 0.5).toFixed(0)
  }
  console.log(
    `overload: offered ${(asked / capacity).toFixed(1)} × ${usersPerSecond} users/s, the share of one in ${replicas}, for ${SECONDS} s`,
  )
  console.log(
    `  goodput    ${((answered / capacity) * 100).toFixed(0)} % of capacity; of ${answered + late} users who waited ${late} too long`,
  )
  console.log(`  refusals   ${inMs(refusedMs, 0.5, 0.99)}`)
  console.log(`  warm hits  ${inMs(hitMs, 0.5, 0.99)}`)
  console.log(`  memory     ${[0, 1, 2].map(thirdMb).join(', ')} MB in the thirds of the time`)
}

/** A Flood asks for users that nobody has asked for, and counts them. */
class Flood {
  readonly seen = { asked: 0, answered: 0, late: 0 }
  /** Resident memory of the sidecar, every few milliseconds. */
  readonly memoryMb: number[] = []
  readonly #client: HttpClient
  readonly #sidecar: Program
  readonly #usersPerSecond: number
  readonly #underWay = new Set<Promise<void>>()

  constructor(client: HttpClient, sidecar: Program, usersPerSecond: number) {
    this.#client = client
    this.#usersPerSecond = usersPerSecond
    this.#sidecar = sidecar
  }

  /** Asks for so many seconds. `load` is told which share of them has passed, and returns a multiple of the capacity. */
  async run(seconds: number, load: (passed: number) => number): Promise<void> {
    const startMs = performance.now()
    let lastS = 0
    let dueUsers = 0
    for (let nowS = 0; nowS < seconds; nowS = (performance.now() - startMs) / 1_000) {
      dueUsers += (nowS - lastS) * load(nowS / seconds) * this.#usersPerSecond
      lastS = nowS
      for (; dueUsers >= USERS_PER_REQUEST; dueUsers -= USERS_PER_REQUEST) {
        const request = this.#ask().catch(() => undefined)
        this.#underWay.add(request)
        void request.finally(() => this.#underWay.delete(request))
      }
      this.memoryMb.push(residentMb(this.#sidecar.child.pid))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  async settle(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  async #ask(): Promise<void> {
    const users = Array.from({ length: USERS_PER_REQUEST }, () => `user-${(this.seen.asked += 1)}`)
    const answer = await this.#client.post('/v1/tags:batchGet', JSON.stringify({ users }))
    if (answer.status === 200) this.seen.answered += occurrences(answer.body, '"tags":')
    this.seen.late += occurrences(answer.body, '"deadline-exceeded"')
  }
}

const occurrences = (text: string, part: string): number => text.split(part).length - 1
