import { Agent, get } from 'node:http'

import { createSigner, createTagClient } from '@tagside/core'

import { startPair } from '../scripts/programs.ts'

const ROUNDS = 300
const WARM_UP_ROUNDS = 50
/** Idle between any two calls, so that every slot is armed and nothing is in flight. */
const PAUSE_MS = 25

/**
 * What an idle sidecar adds to a single miss: the time of `GET /v1/users/{id}/tags` for a user never asked for before, less the
 * time of the same upstream call made directly with the same client code. The two alternate; medians are compared.
 */
export async function miss(): Promise<void> {
  await using pair = await startPair()
  const { mock, sidecar } = pair
  const signer = createSigner({
    sdkAppId: Number(mock.ready['sdkAppId']),
    secretKey: String(mock.ready['secretKey']),
    adminId: String(mock.ready['adminId']),
  })
  const client = createTagClient({ signer, baseUrl: mock.url })
  const agent = new Agent({ keepAlive: true })

  const directMs: number[] = []
  const sidecarMs: number[] = []
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    const direct = await timed(() => client.getTags([`direct-${round}`]))
    await pause()
    const through = await timed(() => getText(agent, `${sidecar.url}/v1/users/user-${round}/tags`))
    await pause()
    if (round < WARM_UP_ROUNDS) continue
    directMs.push(direct)
    sidecarMs.push(through)
  }
  agent.destroy()

  const added = quantile(sidecarMs, 0.5) - quantile(directMs, 0.5)
  console.log(
    `miss: an idle sidecar adds ${added.toFixed(2)} ms to a single miss (medians of ${ROUNDS}, alternated)`,
  )
  console.log(
    `  direct call    p50 ${quantile(directMs, 0.5).toFixed(2)} ms  p99 ${quantile(directMs, 0.99).toFixed(2)} ms`,
  )
  console.log(
    `  through it     p50 ${quantile(sidecarMs, 0.5).toFixed(2)} ms  p99 ${quantile(sidecarMs, 0.99).toFixed(2)} ms`,
  )
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await act()
  return performance.now() - startMs
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
}

function getText(agent: Agent, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve(text))
    }).on('error', reject)
  })
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
