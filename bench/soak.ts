import { mkdtempSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Program, startPair } from '../scripts/programs.ts'
import { residentMb } from './figures.ts'
import { HttpClient } from './http-client.ts'
import { seeded } from './seeded.ts'

/** Half an hour, unless told otherwise. */
const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 30)
const USERS = 20_000
const USERS_PER_REQUEST = 100
/** Half of what the share can fetch; with so short a fresh time nearly every read is a fetch. */
const READS_PER_SECOND = 4_750
const FAULTS = [
  'reset;p=0.002',
  'http:502;p=0.002',
  'err:91000;p=0.003',
  'trunc:20;p=0.002',
  'badjson;p=0.001',
]

/**
 * Half load for half an hour with one call in a hundred failing: does anything leak, is every answer right, and does any second hold more
 * than a hundred calls?
 */
export async function soak(): Promise<void> {
  const seedFile = join(mkdtempSync(join(tmpdir(), 'soak-')), 'seed.json')
  const users = Object.fromEntries(
    Array.from({ length: USERS }, (_, number) => [nameOf(number), tagsOf(number)]),
  )
  writeFileSync(seedFile, JSON.stringify({ users }))
  const faultFlags = FAULTS.flatMap((fault) => ['--fault', fault])
  await using pair = await startPair(
    ['--seed', seedFile, '--latency', 'lognormal(35,0.3)', ...faultFlags],
    ['--ttl', '1s', '--stale-while-revalidate', '0s', '--stale-if-error', '10s'],
  )
  const { mock, sidecar } = pair
  const client = new HttpClient(sidecar.url, 200)
  const random = seeded(20261123)
  const tally: Tally = { right: 0, stale: 0, wrong: 0, failed: {} }
  const memoryMb: number[] = []
  const underWay = new Set<Promise<void>>()
  const startMs = performance.now()
  const requests = (MINUTES * 60 * READS_PER_SECOND) / USERS_PER_REQUEST
  const socketsBefore = socketsOf(sidecar)
  for (let request = 0; request < requests; request += 1) {
    const waitMs =
      startMs + (request * 1_000 * USERS_PER_REQUEST) / READS_PER_SECOND - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    const numbers = Array.from({ length: USERS_PER_REQUEST }, () => Math.floor(random() * USERS))
    const asked = check(client, numbers, tally)
    underWay.add(asked)
    void asked.finally(() => underWay.delete(asked))
    if (request % 475 === 0) memoryMb.push(residentMb(sidecar.child.pid))
  }
  await Promise.all(underWay)
  client.close()
  // Longer than a call may take, and than an idle connection is kept.
  await new Promise((resolve) => setTimeout(resolve, 70_000))
  const text = await (await fetch(`${sidecar.ready['opsUrl']}/metrics`)).text()
  const health: unknown = await (await fetch(`${mock.url}/__admin/health`)).json()

  console.log(
    `soak: ${MINUTES} minutes at ${READS_PER_SECOND} reads/s, one call in a hundred failing`,
  )
  console.log(`  answers  ${JSON.stringify(tally)}`)
  console.log(`  memory   ${describeMemory(memoryMb)}`)
  console.log(`  left     sockets ${socketsOf(sidecar) - socketsBefore}, ${left(text)}`)
  console.log(`  mock     ${JSON.stringify(health)}`)
}

function nameOf(number: number): string {
  return `user-${number}`
}

function tagsOf(number: number): readonly string[] {
  return [`tag-${number % 1_000}`, `tag-${(number * 7) % 1_000}`]
}

interface Tally {
  right: number
  stale: number
  wrong: number
  /** By code. */
  readonly failed: Record<string, number>
}

interface Result {
  readonly user: string
  readonly error?: { readonly code: string }
  readonly tags?: readonly string[]
  readonly stale?: true
}

async function check(client: HttpClient, numbers: readonly number[], tally: Tally): Promise<void> {
  const { status, body } = await client.post(
    '/v1/tags:batchGet',
    JSON.stringify({ users: numbers.map(nameOf) }),
  )
  if (status !== 200) {
    count(tally.failed, `status ${status}`, numbers.length)
    return
  }
  const { results }: { results: readonly Result[] } = JSON.parse(body)
  for (const [place, number] of numbers.entries()) {
    const result = results[place]
    const isHis = result?.user === nameOf(number)
    if (isHis && result.error !== undefined) count(tally.failed, result.error.code, 1)
    else if (!isHis || JSON.stringify(result.tags) !== JSON.stringify(tagsOf(number)))
      tally.wrong += 1
    else if (result.stale === true) tally.stale += 1
    else tally.right += 1
  }
}

function count(counts: Record<string, number>, what: string, by: number): void {
  counts[what] = (counts[what] ?? 0) + by
}

/** A straight line through the samples of the second half: what is still growing then is a leak. */
function describeMemory(samples: readonly number[]): string {
  const second = samples.slice(Math.floor(samples.length / 2))
  const meanAt = (second.length - 1) / 2
  const mean = second.reduce((sum, value) => sum + value, 0) / second.length
  const covariance = second.reduce((sum, value, at) => sum + (value - mean) * (at - meanAt), 0)
  const variance = second.reduce((sum, _, at) => sum + (at - meanAt) ** 2, 0)
  const perSample = covariance / variance
  const samplesPerHour = (samples.length / MINUTES) * 60
  const first = samples[Math.floor(samples.length / 4)] ?? 0
  return `${first.toFixed(0)} MB after a quarter, ${mean.toFixed(0)} MB in the second half, ${(perSample * samplesPerHour).toFixed(1)} MB an hour`
}

function socketsOf(program: Program): number {
  const folder = `/proc/${program.child.pid}/fd`
  return readdirSync(folder).filter((fd) => isSocket(`${folder}/${fd}`)).length
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch {
    // Closed since it was listed.
    return false
  }
}

function left(metrics: string): string {
  const names = ['tagside_flights', 'tagside_queue_users', 'tagside_upstream_window_calls']
  return metrics
    .split('\n')
    .filter((line) => names.some((name) => line.startsWith(name)))
    .join(', ')
}
