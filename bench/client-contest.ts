import type { Table } from './findings.ts'
import { quantile } from './figures.ts'
import { Latencies } from './latencies.ts'
import { cpuTimeUs } from './machine.ts'
import type { ClientFigures, ClientJob } from './node-client.ts'
import { askProcess, benchFile, endProcess, type Server, startProcess } from './processes.ts'

/** A Node client and the server that it asks. */
export interface ClientContender extends Omit<ClientJob, 'port' | 'seconds'> {
  readonly name: string
  readonly server: string
}

/** One slice: calls a second, and processor time of both sides for each call. */
export interface ClientSlice {
  readonly perSecond: number
  readonly clientUs: number
  readonly serverUs: number
  readonly counts: readonly number[]
}

const WARM_UP_S = 1
const SLICE_S = 0.5

/** Lets Node clients alternate in slices of half a second: every client and every server is a process of its own, started anew for each generation. */
export async function clientContest(
  servers: ReadonlyMap<string, () => Promise<Server>>,
  contenders: readonly ClientContender[],
  { generations, rounds }: { readonly generations: number; readonly rounds: number },
): Promise<ReadonlyMap<string, readonly ClientSlice[]>> {
  const slices = new Map<string, ClientSlice[]>(contenders.map(({ name }) => [name, []]))
  for (let generation = 0; generation < generations; generation += 1) {
    await using stack = new AsyncDisposableStack()
    const started = new Map<string, Server>()
    const starts = [...servers].map(async ([name, start]) => {
      started.set(name, stack.use(await start()))
    })
    await Promise.all(starts)
    const runs = contenders.map((contender) => {
      const child = startProcess('load', [process.execPath, benchFile('node-client.ts')], {
        stdio: 'ipc',
      })
      stack.defer(() => endProcess(child))
      const server = started.get(contender.server)
      if (server === undefined) throw new Error(`${contender.name} has no server`)
      const port = 'port' in server.target ? server.target.port : 0
      const run = async (seconds: number): Promise<ClientSlice> => {
        const cpuBeforeUs = cpuTimeUs(server.pid)
        const { calls, tookMs, cpuUs, counts } = await askProcess<ClientFigures>(child, {
          ...contender,
          port,
          seconds,
        })
        const serverUs = (cpuTimeUs(server.pid) - cpuBeforeUs) / calls
        return { perSecond: (calls * 1_000) / tookMs, clientUs: cpuUs / calls, serverUs, counts }
      }
      return { name: contender.name, run }
    })
    for (const { run } of runs) await run(WARM_UP_S)
    for (let round = 0; round < rounds; round += 1) {
      for (const { name, run } of round % 2 === 0 ? runs : runs.toReversed()) {
        slices.get(name)?.push(await run(SLICE_S))
      }
    }
  }
  return slices
}

/** The median over rounds of one client's figure over another's in the same round. */
export function clientRatio(
  results: ReadonlyMap<string, readonly ClientSlice[]>,
  name: string,
  anchor: string,
  read: (slice: ClientSlice) => number,
): number {
  const other = results.get(anchor) ?? []
  const pairs = (results.get(name) ?? []).flatMap((slice, round) => {
    const beside = other[round]
    return beside === undefined ? [] : [read(slice) / read(beside)]
  })
  return quantile(pairs, 0.5)
}

/** Every client's figures, and their ratios to an anchor. */
export function clientTable(
  title: string,
  results: ReadonlyMap<string, readonly ClientSlice[]>,
  anchor: string,
): Table {
  const median = (slices: readonly ClientSlice[], read: (slice: ClientSlice) => number): number =>
    quantile(slices.map(read), 0.5)
  const lines = [...results].map(([name, slices]) => {
    const latencies = new Latencies()
    for (const { counts } of slices) latencies.merge(counts)
    return [
      name,
      clientRatio(results, name, anchor, ({ perSecond }) => perSecond).toFixed(2),
      clientRatio(results, name, anchor, ({ clientUs }) => clientUs).toFixed(2),
      median(slices, ({ perSecond }) => perSecond).toFixed(0),
      latencies.quantileMs(0.5).toFixed(2),
      latencies.quantileMs(0.99).toFixed(2),
      median(slices, ({ clientUs }) => clientUs).toFixed(1),
      median(slices, ({ serverUs }) => serverUs).toFixed(1),
    ]
  })
  const head =
    'client|ratio|client CPU ratio|calls/s|p50 ms|p99 ms|client CPU µs/call|server CPU µs/call'.split(
      '|',
    )
  return { title: `${title}; ratios to ${anchor}`, lines: [head, ...lines] }
}
