import { createSigner, createTagClient } from '@tagside/core'

import { HttpClient } from './http-client.ts'

/** Where the three listen, and how calls are signed. */
export interface IdleMissJob {
  readonly sidecarUrl: string
  readonly hopUrl: string
  readonly upstreamUrl: string
  readonly sdkAppId: number
  readonly secretKey: string
  readonly adminId: string
}

/** How long single misses took, made directly, through a bare hop and through the sidecar. */
export interface IdleMissFigures {
  readonly directMs: readonly number[]
  readonly hopMs: readonly number[]
  readonly sidecarMs: readonly number[]
}

const ROUNDS = 300
/** Without pauses: a sidecar that has been up for a while has its code compiled. */
const WARM_UP_ROUNDS = 1_000
/** Idle between any two calls, so that every slot is armed and nothing is in flight. */
const PAUSE_MS = 20

/**
 * The time of `GET /v1/users/{id}/tags` for a user never asked for before, of the same upstream call made directly with the same client code, and
 * of one made through ten lines that do nothing else. The three alternate. A process of its own, to be pinned.
 */
async function idleMiss({
  sidecarUrl,
  hopUrl,
  upstreamUrl,
  ...key
}: IdleMissJob): Promise<IdleMissFigures> {
  const client = createTagClient({ signer: createSigner(key), baseUrl: upstreamUrl })
  const caller = new HttpClient(sidecarUrl, 1)
  const hopCaller = new HttpClient(hopUrl, 1)
  const directMs: number[] = []
  const hopMs: number[] = []
  const sidecarMs: number[] = []
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    const isWarm = round >= WARM_UP_ROUNDS
    const direct = await timed(() => client.getTags([`direct-${round}`]))
    if (isWarm) await pause()
    const hop = await timed(() => hopCaller.get(`/v1/users/hop-${round}/tags`))
    if (isWarm) await pause()
    const through = await timed(() => caller.get(`/v1/users/user-${round}/tags`))
    if (!isWarm) continue
    await pause()
    directMs.push(direct)
    hopMs.push(hop)
    sidecarMs.push(through)
  }
  caller.close()
  hopCaller.close()
  return { directMs, hopMs, sidecarMs }
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await act()
  return performance.now() - startMs
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
}

if (import.meta.main) {
  const job: IdleMissJob = JSON.parse(process.argv[2] ?? '')
  console.log(JSON.stringify(await idleMiss(job)))
}
