import { createSigner, createTagClient } from '@tagside/core'

import { startPair } from '../scripts/programs.ts'
import { inMs, quantile } from './figures.ts'
import { HttpClient } from './http-client.ts'

const ROUNDS = 300
/** Without pauses: a sidecar that has been up for a while has its code compiled. */
const WARM_UP_ROUNDS = 1_000
/** Idle between any two calls, so that every slot is armed and nothing is in flight. */
const PAUSE_MS = 25

/**
 * What an idle sidecar adds to a single miss: the time of `GET /v1/users/{id}/tags` for a user never asked for before, less the
 * time of the same upstream call made directly with the same client code. The two alternate; medians are compared.
 */
export async function miss(): Promise<void> {
  await using pair = await startPair(['--rate', 'off'])
  const { mock, sidecar } = pair
  const signer = createSigner({
    sdkAppId: Number(mock.ready['sdkAppId']),
    secretKey: String(mock.ready['secretKey']),
    adminId: String(mock.ready['adminId']),
  })
  const client = createTagClient({ signer, baseUrl: mock.url })
  const caller = new HttpClient(sidecar.url, 1)

  const directMs: number[] = []
  const sidecarMs: number[] = []
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    const direct = await timed(() => client.getTags([`direct-${round}`]))
    if (round >= WARM_UP_ROUNDS) await pause()
    const through = await timed(() => caller.get(`/v1/users/user-${round}/tags`))
    if (round < WARM_UP_ROUNDS) continue
    await pause()
    directMs.push(direct)
    sidecarMs.push(through)
  }
  caller.close()

  const added = quantile(sidecarMs, 0.5) - quantile(directMs, 0.5)
  console.log(
    `miss: an idle sidecar adds ${added.toFixed(2)} ms to a single miss (medians of ${ROUNDS}, alternated)`,
  )
  console.log(`  direct call  ${inMs(directMs, 0.5, 0.99)}`)
  console.log(`  through it   ${inMs(sidecarMs, 0.5, 0.99)}`)
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await act()
  return performance.now() - startMs
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
}
