/** A Node program that asks as an app would: by undici of the sidecar, by ioredis of Redis. A process of its own, because its processor time counts. */
import { once } from 'node:events'

import { Redis } from 'ioredis'

import { Latencies } from './latencies.ts'
import { seeded } from './seeded.ts'
import { userName } from './servers/samples.ts'
import { askByDispatch, askUndici } from './undici-clients.ts'

/** How a client asks, where, and for how many users at a time. */
export interface ClientJob {
  readonly way: 'undici' | 'undici dispatch' | 'fetch' | 'ioredis'
  readonly port: number
  /** Out of so many cached users, uniformly. */
  readonly users: number
  /** 1: `GET`; more: `batchGet` or `MGET`. */
  readonly size: number
  readonly concurrency: number
  /** Of undici: so many of them share a connection; default 1. */
  readonly pipelining?: number
  readonly seconds: number
}

export interface ClientFigures {
  readonly calls: number
  readonly tookMs: number
  readonly cpuUs: number
  readonly counts: readonly number[]
}

/** Asks for users and returns what each has, parsed. */
export type Ask = (users: readonly string[]) => Promise<readonly Answer[]>

export interface Answer {
  readonly tags: readonly string[]
}

function askFetch(port: number): Ask {
  const base = `http://127.0.0.1:${port}`
  return async ([user]) => {
    const response = await fetch(`${base}/v1/users/${user}/tags`)
    return [answerIn(await response.text())]
  }
}

function askRedis(port: number): Ask {
  const redis = new Redis(port, '127.0.0.1')
  return async (users) => {
    if (users.length === 1) return [answerIn((await redis.get(users[0] ?? '')) ?? '')]
    const values = await redis.mget([...users])
    return values.map((value) => answerIn(value ?? ''))
  }
}

function answerIn(text: string): Answer {
  const answer: Answer = JSON.parse(text)
  return answer
}

function tagsOf(answers: readonly Answer[]): number {
  let tags = 0
  for (const answer of answers) tags += answer.tags.length
  return tags
}

/** A process has one client, which keeps its connections from run to run, and asks always the same: what is made anew has to be collected. */
let client: Ask | undefined
let asked: readonly (readonly string[])[] | undefined

function clientOf(job: ClientJob): Ask {
  if (job.way === 'undici') return askUndici(job)
  if (job.way === 'undici dispatch') return askByDispatch(job)
  return job.way === 'fetch' ? askFetch(job.port) : askRedis(job.port)
}

function batchesOf({ users, size }: ClientJob): readonly (readonly string[])[] {
  const random = seeded(7)
  return Array.from({ length: 1_000 }, () =>
    Array.from({ length: size }, () => userName(Math.floor(random() * users))),
  )
}

async function run(job: ClientJob): Promise<ClientFigures> {
  const { way, concurrency } = job
  const ask = (client ??= clientOf(job))
  const batches = (asked ??= batchesOf(job))
  const latencies = new Latencies()
  const cpuBefore = process.cpuUsage()
  const startMs = performance.now()
  const untilMs = startMs + job.seconds * 1_000
  let calls = 0
  const work = async (): Promise<void> => {
    for (let nowMs = startMs; nowMs < untilMs;) {
      const tags = tagsOf(await ask(batches[calls % batches.length] ?? []))
      if (tags !== job.size * 3) throw new Error(`${way}: ${tags} tags for ${job.size} users`)
      calls += 1
      const endMs = performance.now()
      latencies.add(endMs - nowMs)
      nowMs = endMs
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  const { user, system } = process.cpuUsage(cpuBefore)
  return {
    calls,
    tookMs: performance.now() - startMs,
    cpuUs: user + system,
    counts: latencies.counts,
  }
}

if (import.meta.main) {
  process.on('message', (text: string) => {
    const job: ClientJob = JSON.parse(text)
    run(job).then(
      (figures) => process.send?.(figures),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
  await once(process, 'disconnect')
  process.exit()
}
