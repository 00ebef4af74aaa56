import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { connectMock } from '../packages/mock-server/src/client.ts'
import { startMock, startSidecar, type SaidLine } from '../scripts/programs.ts'
import { inMs } from './figures.ts'
import { HttpClient } from './http-client.ts'

const SECONDS = 20
const REQUESTS_PER_SECOND = 200

/**
 * The secret key is rotated under load: requests on a schedule, every one of them a miss without an old value to fall back on, and the key's
 * file swapped three times, one of them for garbage, and once for a wrong key. How many requests fail, and which key signs at the end?
 */
export async function rotation(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'rotation-'))
  const keyFile = join(directory, 'key')
  const environment = { PATH: process.env['PATH'] }
  await using mock = await startMock({
    argv: ['--port', '0', '--latency', 'lognormal(30,0.3)', '--unknown-accounts', 'empty'],
    environment,
  })
  const tencent = connectMock(mock.url)
  const first = String(mock.ready['secretKey'])
  writeFileSync(keyFile, first, { mode: 0o600 })
  const events: SaidLine[] = []
  const listeners = ['--listen', '127.0.0.1:0', '--ops-listen', '127.0.0.1:0']
  const noOldValues = ['--ttl', '0s', '--stale-while-revalidate', '0s', '--stale-if-error', '0s']
  await using sidecar = await startSidecar(mock, {
    argv: [...listeners, ...noOldValues],
    environment,
    secretKeyFile: keyFile,
    onLine: (line) => events.push(line),
  })
  const swaps: readonly (readonly [atS: number, act: () => unknown])[] = [
    // To a key that Tencent knows beside the first one, which it drops later.
    [3, () => tencent.acceptKeys([first, 'key-2'])],
    [3, () => writeFileSync(keyFile, 'key-2\n')],
    [6, () => tencent.acceptKeys(['key-2'])],
    [8, () => writeFileSync(keyFile, 'garbage: \0 no key')],
    [11, () => writeFileSync(keyFile, 'wrong-key')],
    // To a key that Tencent changes to later, from one moment to the next.
    [14, () => writeFileSync(keyFile, 'key-3')],
    [17, () => tencent.acceptKeys(['key-3'])],
  ]
  const client = new HttpClient(sidecar.url, 200)
  const timers = swaps.map(([atS, act]) => setTimeout(() => void act(), atS * 1_000))
  const answers = await load(client)
  for (const timer of timers) clearTimeout(timer)
  client.close()
  const { calls, badSignatures, maxCallsInAnySecond } = await tencent.health()
  rmSync(directory, { recursive: true })

  const failed = answers.filter(({ status }) => status !== 200)
  const tookMs = answers.map((answer) => answer.tookMs)
  console.log(
    `rotation: ${REQUESTS_PER_SECOND} requests/s for ${SECONDS} s, the key's file swapped`,
  )
  console.log(
    `  requests  ${answers.length}, ${failed.length} failed; ${inMs(tookMs, 0.5, 0.99, 1)}`,
  )
  console.log(
    `  calls     ${calls}, ${badSignatures} of them refused for their key; at most ${maxCallsInAnySecond} arrived in a second`,
  )
  // Tencent has known only this one since the seventeenth second.
  const last = answers.slice(-2 * REQUESTS_PER_SECOND)
  console.log(
    `  at the end ${last.filter(({ status }) => status === 200).length} of ${last.length} signed with key-3`,
  )
  const told = events
    .map(({ event }) => String(event))
    .filter((event) => event.startsWith('secret-'))
  console.log(`  log       ${told.join(', ')}`)
  if (failed.length > 0) process.exitCode = 1
}

interface Result {
  readonly status: number
  readonly tookMs: number
}

/** Asks for one user after another, on a schedule, whether earlier requests are answered or not. */
async function load(client: HttpClient): Promise<readonly Result[]> {
  const asked: Promise<Result>[] = []
  const startMs = performance.now()
  for (let request = 0; request < SECONDS * REQUESTS_PER_SECOND; request += 1) {
    const waitMs = startMs + (request * 1_000) / REQUESTS_PER_SECOND - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    const lost = { status: 0, tookMs: Infinity }
    asked.push(client.get(`/v1/users/user-${request % 500}/tags`).catch(() => lost))
  }
  return Promise.all(asked)
}
