import { once } from 'node:events'

import { Connection, type Target } from './connection.ts'
import { Latencies } from './latencies.ts'
import { lostShare } from './machine.ts'
import { type Asked, requestSource } from './requests.ts'
import { seeded } from './seeded.ts'

/** A load: closed loop over so many connections, or open loop at a rate. */
export interface Load {
  readonly target: Target
  readonly asked: Asked
  /** In a closed loop all are busy always; in an open loop this many at most. */
  readonly connections: number
  readonly seconds: number
  /** Requests a second with exponential gaps, whether earlier ones are answered or not; absent = closed loop. */
  readonly perSecond?: number
  /** Ends it earlier. */
  readonly requestsMax?: number
}

/** What a load measured. */
export interface Measured {
  readonly answers: number
  /** How many answers had each status. */
  readonly statuses: Readonly<Record<string, number>>
  readonly tookMs: number
  /** Of the steps of {@link Latencies}; in an open loop from the moment that a request was due. */
  readonly counts: readonly number[]
  /** The same of the first and of the last third of the time: a queue that grows shows there. */
  readonly thirds: readonly [readonly number[], readonly number[]]
  /** Processor time of the load generator. */
  readonly generatorCpuUs: number
  /** Connections that ended under way, and requests without an answer. */
  readonly unanswered: number
}

const sources = new Map<string, () => Buffer | string>()
/** After the time is up, what is under way may still be answered. */
const SETTLE_MS = 5_000

/** A Run makes one load and measures it. */
class Run {
  readonly #load: Load
  readonly #next: () => Buffer | string
  readonly #latencies = new Latencies()
  readonly #thirds = [new Latencies(), new Latencies()] as const
  readonly #statuses = new Map<number, number>()
  readonly #open = new Set<Connection>()
  readonly #idle: Connection[] = []
  /** Due times of requests that wait for a connection. */
  readonly #due: number[] = []
  readonly #settled = Promise.withResolvers<void>()
  #asked = 0
  #answers = 0
  #startMs = 0
  #untilMs = 0

  constructor(load: Load) {
    this.#load = load
    const key = JSON.stringify(load.asked)
    this.#next = sources.get(key) ?? requestSource(load.asked)
    sources.set(key, this.#next)
  }

  async measure(): Promise<Measured> {
    const { connections, seconds, perSecond } = this.#load
    const opened = perSecond === undefined ? connections : 1
    await Promise.all(Array.from({ length: opened }, () => this.#connect()))
    const cpuBefore = process.cpuUsage()
    this.#startMs = performance.now()
    this.#untilMs = this.#startMs + seconds * 1_000
    if (perSecond === undefined)
      for (const connection of this.#idle.splice(0)) this.#ask(connection)
    else await this.#keepSchedule(perSecond)
    const patience = setTimeout(
      () => this.#settled.resolve(),
      this.#untilMs + SETTLE_MS - performance.now(),
    )
    this.#settleIfDone()
    await this.#settled.promise
    clearTimeout(patience)
    const tookMs = performance.now() - this.#startMs
    const { user, system } = process.cpuUsage(cpuBefore)
    const unanswered = this.#asked + this.#due.length - this.#answers
    for (const connection of this.#open) connection.close()
    const [first, last] = this.#thirds
    return {
      answers: this.#answers,
      statuses: Object.fromEntries(this.#statuses),
      tookMs,
      counts: this.#latencies.counts,
      thirds: [first.counts, last.counts],
      generatorCpuUs: user + system,
      unanswered,
    }
  }

  async #connect(): Promise<void> {
    const connection = new Connection(
      this.#load.target,
      (answered, status) => this.#answered(answered, status),
      (ended) => {
        this.#open.delete(ended)
        const at = this.#idle.indexOf(ended)
        if (at >= 0) this.#idle.splice(at, 1)
        // As every client does where a server ends a new connection at the moment of its first request.
        if (ended.isLostAtFirst && this.#load.perSecond !== undefined) {
          this.#asked -= 1
          this.#due.unshift(ended.dueMs)
        }
        if (this.#open.size === 0) this.#settled.resolve()
      },
    )
    this.#open.add(connection)
    await connection.opened()
    this.#idle.push(connection)
  }

  /** Timers come in whole milliseconds: what has come due since the last one is sent together. */
  async #keepSchedule(perSecond: number): Promise<void> {
    const random = seeded(8)
    let dueMs = this.#startMs
    while (dueMs < this.#untilMs) {
      const nowMs = performance.now()
      for (
        ;
        dueMs <= nowMs && dueMs < this.#untilMs;
        dueMs -= (Math.log(1 - random()) * 1_000) / perSecond
      ) {
        this.#due.push(dueMs)
      }
      this.#sendDue()
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  #sendDue(): void {
    let sent = 0
    for (; sent < this.#due.length; sent += 1) {
      // The one that has been idle longest: a connection that is never used is ended by its server.
      const connection = this.#idle.shift()
      if (connection === undefined) break
      this.#ask(connection, this.#due[sent])
    }
    this.#due.splice(0, sent)
    const wanted = Math.min(this.#due.length, this.#load.connections - this.#open.size)
    for (let opened = 0; opened < wanted; opened += 1) {
      this.#connect().then(
        () => this.#sendDue(),
        () => undefined,
      )
    }
  }

  #ask(connection: Connection, dueMs = performance.now()): void {
    this.#asked += 1
    connection.dueMs = dueMs
    connection.send(this.#next())
  }

  #answered(connection: Connection, status: number): void {
    const nowMs = performance.now()
    const tookMs = nowMs - connection.dueMs
    this.#answers += 1
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1)
    this.#latencies.add(tookMs)
    const third = Math.floor(
      ((connection.dueMs - this.#startMs) * 3) / (this.#untilMs - this.#startMs),
    )
    if (third === 0) this.#thirds[0].add(tookMs)
    if (third === 2) this.#thirds[1].add(tookMs)
    const isOver = nowMs >= this.#untilMs || this.#asked >= (this.#load.requestsMax ?? Infinity)
    if (this.#load.perSecond === undefined && !isOver) return this.#ask(connection, nowMs)
    this.#idle.push(connection)
    if (this.#due.length > 0) this.#sendDue()
    else this.#settleIfDone()
  }

  #settleIfDone(): void {
    const isOver =
      performance.now() >= this.#untilMs || this.#asked >= (this.#load.requestsMax ?? Infinity)
    if (isOver && this.#due.length === 0 && this.#asked === this.#answers) this.#settled.resolve()
  }
}

if (import.meta.main) {
  process.on('message', (text: string) => {
    const load: Load | 'spin' = JSON.parse(text)
    if (load === 'spin') {
      process.send?.({ lost: lostShare() })
      return
    }
    new Run(load).measure().then(
      (measured) => process.send?.(measured),
      (error: unknown) => process.send?.({ failed: String(error) }),
    )
  })
  await once(process, 'disconnect')
}
