import { type Program, startPair } from '../scripts/programs.ts'
import { HttpClient } from './http-client.ts'
import { seeded } from './seeded.ts'

const BEFORE_S = 30
const DOWN_S = 60
const AFTER_S = 30
const USERS = 12_000
const USERS_PER_REQUEST = 100
/** 60 % of the 9,500 users a second that the share can fetch, were each read a fetch. */
const READS_PER_SECOND = 5_700

interface Second {
  asked: number
  answered: number
  fresh: number
}

/**
 * An upstream that is dead for a minute under 60 % load, in real time: who is answered meanwhile, how often it is called, and how soon all is
 * as before.
 */
export async function outage(): Promise<void> {
  const mockArgv = ['--latency', '30', '--unknown-accounts', 'empty']
  await using pair = await startPair(mockArgv, [
    '--ttl',
    '2s',
    '--stale-while-revalidate',
    '0s',
    '--log-level',
    'info',
  ])
  const { mock, sidecar } = pair
  const client = new HttpClient(sidecar.url, 500)
  const load = new Load(client)

  await load.run(BEFORE_S)
  const callsBefore = await callsSeen(mock)
  await fault(mock, 'POST', '{"spec":"reset"}')
  const downFrom = load.seconds.length
  await load.run(3)
  const callsAtFirst = await callsSeen(mock)
  await load.run(DOWN_S - 3)
  const callsAtEnd = await callsSeen(mock)
  await fault(mock, 'DELETE')
  const upFrom = load.seconds.length
  await load.run(AFTER_S)
  await load.settle()
  client.close()

  const before = load.seconds.slice(downFrom - 10, downFrom)
  const during = load.seconds.slice(downFrom, upFrom)
  const goodBefore = sum(before, 'fresh') / before.length
  const back = load.seconds.slice(upFrom).findIndex(({ fresh }) => fresh >= goodBefore * 0.95)
  const { retries, calls } = await countsOf(sidecar)
  const share = sum(during, 'answered') / sum(during, 'asked')
  console.log(
    `outage: upstream dead for ${DOWN_S} s at ${READS_PER_SECOND} reads/s of ${USERS} users`,
  )
  console.log(
    `  answered meanwhile  ${(share * 100).toFixed(2)} % of ${sum(during, 'asked')} reads`,
  )
  console.log(
    `  calls meanwhile     ${callsAtFirst - callsBefore} in the first 3 s, then ${(callsAtEnd - callsAtFirst) / (DOWN_S - 3)} a second`,
  )
  console.log(`  95 % fresh again    ${back} s after its return`)
  console.log(`  retries             ${retries} of ${calls} calls`)
}

class Load {
  readonly seconds: Second[] = []
  readonly #client: HttpClient
  readonly #random = seeded(1)
  #underWay: Promise<void>[] = []

  constructor(client: HttpClient) {
    this.#client = client
  }

  async run(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      const tally: Second = { asked: 0, answered: 0, fresh: 0 }
      this.seconds.push(tally)
      const startMs = performance.now()
      const requests = READS_PER_SECOND / USERS_PER_REQUEST
      for (let request = 0; request < requests; request += 1) {
        const waitMs = startMs + (request * 1_000) / requests - performance.now()
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
        this.#underWay.push(this.#ask(tally))
      }
      await new Promise((resolve) =>
        setTimeout(resolve, Math.max(0, startMs + 1_000 - performance.now())),
      )
    }
  }

  /** Waits for every request so far. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay)
    this.#underWay = []
  }

  async #ask(tally: Second): Promise<void> {
    const users = new Set<string>()
    while (users.size < USERS_PER_REQUEST) users.add(`user-${Math.floor(this.#random() * USERS)}`)
    tally.asked += users.size
    const { status, body } = await this.#client.post(
      '/v1/tags:batchGet',
      JSON.stringify({ users: [...users] }),
    )
    if (status !== 200) return
    const answered = body.split('"tags":').length - 1
    tally.answered += answered
    tally.fresh += answered - (body.split('"stale":true').length - 1)
  }
}

async function callsSeen(mock: Program): Promise<number> {
  const health: unknown = await (await fetch(`${mock.url}/__admin/health`)).json()
  const isHealth = typeof health === 'object' && health !== null && 'calls' in health
  return isHealth ? Number(health.calls) : Number.NaN
}

async function fault(mock: Program, method: string, body?: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  await fetch(`${mock.url}/__admin/faults`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  })
}

async function countsOf(sidecar: Program): Promise<{ retries: number; calls: number }> {
  const text = await (await fetch(`${sidecar.ready['opsUrl']}/metrics`)).text()
  const total = (name: string): number =>
    [...text.matchAll(new RegExp(`^tagside_${name}(?:\\{.*\\})? (\\d+)`, 'gm'))].reduce(
      (all, [, count]) => all + Number(count),
      0,
    )
  return { retries: total('upstream_retries_total'), calls: total('upstream_calls_total') }
}

function sum(seconds: readonly Second[], what: keyof Second): number {
  return seconds.reduce((all, second) => all + second[what], 0)
}
