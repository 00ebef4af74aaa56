import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

import { HttpClient } from './http-client.ts'

const PAUSE_MS = 10

/** A Prober asks for one path again and again, in a thread of its own: a load generator's event loop is no place for a stop watch. */
export class Prober {
  readonly #worker: Worker

  constructor(base: string, path: string) {
    this.#worker = new Worker(new URL(import.meta.url), { workerData: { base, path } })
  }

  /** Ends it and returns how long each answer with status 200 took, in milliseconds. */
  async stop(): Promise<readonly number[]> {
    const tookMs = new Promise<readonly number[]>((resolve) => {
      this.#worker.once('message', resolve)
    })
    this.#worker.postMessage('stop')
    return tookMs
  }
}

async function probe(base: string, path: string): Promise<void> {
  const client = new HttpClient(base, 1)
  const tookMs: number[] = []
  let isOver = false
  parentPort?.once('message', () => {
    isOver = true
    client.close()
    parentPort?.postMessage(tookMs)
    parentPort?.close()
  })
  const next = async (): Promise<void> => {
    if (isOver) return
    const answer = await client.get(path).catch(() => undefined)
    if (answer?.status === 200) tookMs.push(answer.tookMs)
    setTimeout(() => void next(), PAUSE_MS)
  }
  await next()
}

if (!isMainThread) {
  const { base, path }: { base: string; path: string } = workerData
  await probe(base, path)
}
