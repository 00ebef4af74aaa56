import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

import { type Answer, HttpClient } from './http-client.ts'

/** Rare enough that the misses are a hundredth of the load. */
const INTERVAL_MS = { hit: 20, misses: 100 }
const CONNECTIONS = 200

/** What is asked: `hit`, a cached user; `misses`, a hundred users that nobody has asked for. */
type Probe = 'hit' | 'misses'

/** The cached user. */
export const WARM_USER = 'xiaoming'

/**
 * A Prober asks on a schedule, whether earlier answers are there or not, in a thread of its own: a load generator's event loop is no place
 * for a stop watch.
 */
export class Prober {
  readonly #worker: Worker

  constructor(base: string, probe: Probe) {
    this.#worker = new Worker(new URL(import.meta.url), { workerData: { base, probe } })
  }

  /** Ends it and returns how long each hit (status 200) or each refusal (status 503) took, in milliseconds. */
  async stop(): Promise<readonly number[]> {
    const tookMs = new Promise<readonly number[]>((resolve) => {
      this.#worker.once('message', resolve)
    })
    this.#worker.postMessage('stop')
    return tookMs
  }
}

function run(base: string, probe: Probe): void {
  const client = new HttpClient(base, CONNECTIONS)
  const tookMs: number[] = []
  let round = 0
  const ask = async (): Promise<void> => {
    const answer = await send(client, probe, (round += 1)).catch(() => undefined)
    if (answer?.status === (probe === 'hit' ? 200 : 503)) tookMs.push(answer.tookMs)
  }
  const timer = setInterval(() => void ask(), INTERVAL_MS[probe])
  parentPort?.once('message', () => {
    clearInterval(timer)
    client.close()
    parentPort?.postMessage(tookMs)
    parentPort?.close()
  })
}

function send(client: HttpClient, probe: Probe, round: number): Promise<Answer> {
  if (probe === 'hit') return client.get(`/v1/users/${WARM_USER}/tags`)
  const users = Array.from({ length: 100 }, (_, place) => `stranger-${round * 100 + place}`)
  return client.post('/v1/tags:batchGet', JSON.stringify({ users }))
}

if (!isMainThread) {
  const { base, probe }: { base: string; probe: Probe } = workerData
  run(base, probe)
}
