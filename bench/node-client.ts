/** A Node program that asks as an app would: by undici of the sidecar, by ioredis of Redis. A process of its own, because its processor time counts. */
import { once } from 'node:events'

import { Redis } from 'ioredis'
import { Pool } from 'undici'

import { Latencies } from './latencies.ts'
import { seeded } from './seeded.ts'
import { userName } from './servers/samples.ts'

/** How a client asks, where, and for how many users at a time. */
export interface ClientJob {
  readonly way: 'undici' | 'fetch' | 'ioredis'
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

/** Asks for users and returns how many tags they have together, so that every answer is parsed. */
type Ask = (users: readonly string[]) => Promise<number>

interface Answer {
  readonly tags: readonly string[]
}

function askUndici({ port, concurrency, pipelining = 1 }: ClientJob): Ask {
  const connections = concurrency / pipelining
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining })
  const headers = { 'content-type': 'application/json' }
  // Without them undici sends nothing behind a POST before its answer begins.
  const sharing = pipelining > 1 ? { idempotent: true, blocking: false } : {}
  return async (users) => {
    if (users.length === 1) {
      const { body } = await pool.request({ method: 'GET', path: `/v1/users/${users[0]}/tags` })
      return answerIn(await body.text()).tags.length
    }
    const { body } = await pool.request({
      method: 'POST',
      path: '/v1/tags:batchGet',
      headers,
      body: JSON.stringify({ users }),
      ...sharing,
    })
    const { results }: { readonly results: readonly Answer[] } = JSON.parse(await body.text())
    return tagsOf(results)
  }
}

function askFetch(port: number): Ask {
  const base = `http://127.0.0.1:${port}`
  return async ([user]) => {
    const response = await fetch(`${base}/v1/users/${user}/tags`)
    return answerIn(await response.text()).tags.length
  }
}

function askRedis(port: number): Ask {
  const redis = new Redis(port, '127.0.0.1')
  return async (users) => {
    if (users.length === 1) return answerIn((await redis.get(users[0] ?? '')) ?? '').tags.length
    const values = await redis.mget([...users])
    return tagsOf(values.map((value) => answerIn(value ?? '')))
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
      const tags = await ask(batches[calls % batches.length] ?? [])
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
