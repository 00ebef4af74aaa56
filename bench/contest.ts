import { LoadGenerator, type Slice } from './load-generator.ts'
import type { Server } from './processes.ts'
import type { Asked } from './requests.ts'
import { type Result, resultOf } from './standings.ts'

/** A server and what it is asked. */
export interface Contender {
  readonly name: string
  /** Of {@link ContestOptions.servers}. Several contenders may share one. */
  readonly server: string
  readonly asked: Asked
  readonly connections?: number
}

export interface ContestOptions {
  readonly servers: ReadonlyMap<string, () => Promise<Server>>
  readonly contenders: readonly Contender[]
  /** How often every server is started anew; default 2. */
  readonly generations?: number
  /** Slices of half a second for each contender and generation. */
  readonly rounds: number
}

const CONNECTIONS = 32
const WARM_UP_S = 1
const SLICE_S = 0.5

/**
 * Lets contenders alternate in slices of half a second over 32 connections, every server a fresh process and all but one idle. The order turns round
 * from round to round.
 */
export async function contest(options: ContestOptions): Promise<ReadonlyMap<string, Result>> {
  const slices = new Map<string, Slice[]>(options.contenders.map(({ name }) => [name, []]))
  await using generator = new LoadGenerator()
  for (let generation = 0; generation < (options.generations ?? 2); generation += 1) {
    await using servers = new AsyncDisposableStack()
    const started = new Map<string, Server>()
    const starts = [...options.servers].map(async ([name, start]) => {
      started.set(name, servers.use(await start()))
    })
    await Promise.all(starts)
    const run = (
      { name, server, asked, connections = CONNECTIONS }: Contender,
      seconds: number,
    ) => {
      const found = started.get(server)
      if (found === undefined) throw new Error(`${name} has no server`)
      return generator.run(found, { asked, connections, seconds })
    }
    for (const contender of options.contenders) await run(contender, WARM_UP_S)
    for (let round = 0; round < options.rounds; round += 1) {
      const order = round % 2 === 0 ? options.contenders : options.contenders.toReversed()
      for (const contender of order) {
        const slice = await run(contender, SLICE_S)
        refuseFailures(contender.name, slice)
        slices.get(contender.name)?.push(slice)
      }
    }
  }
  return new Map([...slices].map(([name, all]) => [name, resultOf(all)]))
}

function refuseFailures(name: string, { statuses, unanswered }: Slice): void {
  const isGood = unanswered === 0 && Object.keys(statuses).every((status) => status === '200')
  if (!isGood) {
    throw new Error(`${name}: ${unanswered} unanswered, statuses ${JSON.stringify(statuses)}`)
  }
}
