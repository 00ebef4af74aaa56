import { startPair } from '../scripts/programs.ts'
import { inMs, quantile, residentMb } from './figures.ts'
import { HttpClient } from './http-client.ts'
import { Prober } from './prober.ts'

const SECONDS = 60
const CALLS_PER_SECOND = 100
const USERS_PER_REQUEST = 100
/** What the share can fetch: its pace is 95 % of the calls allowed. */
const CAPACITY_USERS_PER_SECOND = CALLS_PER_SECOND * 0.95 * 100
const OFFERED_USERS_PER_SECOND = 10 * CAPACITY_USERS_PER_SECOND
const WARM_USER = 'xiaoming'

/**
 * Ten times what the share can fetch, in misses, for a minute: how many users are answered, how fast the others are refused, what a hit costs
 * meanwhile, and whether memory grows. Requests come on a schedule, whether earlier ones are answered or not.
 */
export async function overload(): Promise<void> {
  // So small a cache is full within seconds: what grows after that is not the cache.
  await using pair = await startPair(
    ['--latency', '30', '--unknown-accounts', 'empty'],
    ['--ttl', '1h', '--cache-max-bytes', '8MiB'],
  )
  const { sidecar } = pair
  const client = new HttpClient(sidecar.url, 2_000)
  const warmPath = `/v1/users/${WARM_USER}/tags`
  await client.get(warmPath)
  const prober = new Prober(sidecar.url, warmPath)

  let answered = 0
  let refused = 0
  const refusedMs: number[] = []
  const memoryMb: number[] = []
  const underWay = new Set<Promise<void>>()
  const startMs = performance.now()
  let user = 0
  const ask = async (): Promise<void> => {
    const users = Array.from({ length: USERS_PER_REQUEST }, () => `user-${(user += 1)}`)
    const answer = await client.post('/v1/tags:batchGet', JSON.stringify({ users }))
    if (answer.status === 503) {
      refused += users.length
      refusedMs.push(answer.tookMs)
    } else if (answer.status === 200) {
      answered += answer.body.split('"tags":').length - 1
      refused += answer.body.split('"error":').length - 1
    }
  }
  for (let elapsedS = 0; elapsedS < SECONDS; elapsedS = (performance.now() - startMs) / 1_000) {
    const dueUsers = elapsedS * OFFERED_USERS_PER_SECOND
    for (let asked = user; asked < dueUsers; asked += USERS_PER_REQUEST) {
      const request = ask().catch(() => undefined)
      underWay.add(request)
      void request.finally(() => underWay.delete(request))
    }
    memoryMb.push(residentMb(sidecar.child.pid))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await Promise.all(underWay)
  const seconds = (performance.now() - startMs) / 1_000
  client.close()
  const hitMs = await prober.stop()

  const offered = user / seconds
  const goodput = answered / seconds / CAPACITY_USERS_PER_SECOND
  const half = Math.floor(memoryMb.length / 2)
  const growth = quantile(memoryMb.slice(half), 0.5) - quantile(memoryMb.slice(half / 2, half), 0.5)
  console.log(
    `overload: offered ${(offered / CAPACITY_USERS_PER_SECOND).toFixed(1)} × capacity for ${seconds.toFixed(0)} s`,
  )
  console.log(
    `  goodput    ${(goodput * 100).toFixed(0)} % of ${CAPACITY_USERS_PER_SECOND} users/s  refused ${refused} users`,
  )
  console.log(`  refusals   ${inMs(refusedMs, 0.5, 0.99)}`)
  console.log(`  warm hits  ${inMs(hitMs, 0.5, 0.99)}`)
  console.log(
    `  memory     ${quantile(memoryMb, 0.5).toFixed(0)} MB, second half ${growth >= 0 ? '+' : ''}${growth.toFixed(1)} MB`,
  )
}
