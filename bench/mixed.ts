import { all, atMost, type Findings, percent, type Row } from './findings.ts'
import { Latencies } from './latencies.ts'
import { LoadGenerator, type Slice } from './load-generator.ts'
import type { Core } from './machine.ts'
import { benchFile } from './processes.ts'
import { outputOn } from './program-output.ts'
import { fill, startBuilt, startUpstream } from './sidecar-server.ts'
import type { ZipfFigures } from './zipf.ts'

const USERS = 10_000
const HITS_PER_SECOND = 4_000
const MISSES_PER_SECOND = 4_000
const SECONDS = 6
/** Users near the end of their fresh time: its last tenth, as by default. */
const REFRESH_AHEAD = 0.1

/** Reads of a population, and what hits cost beside misses. */
export async function mixed(): Promise<Findings> {
  const row = await zipfRow()
  const { alone, beside } = await hitsBesideMisses()
  const line = (name: string, { counts, cpuUsPerAnswer }: Slice): readonly string[] => {
    const latencies = new Latencies(counts)
    return [
      name,
      ...[0.5, 0.99].map((share) => latencies.quantileMs(share).toFixed(2)),
      cpuUsPerAnswer.toFixed(0),
    ]
  }
  return {
    rows: [row],
    tables: [
      {
        title: `${HITS_PER_SECOND} hits a second on a schedule`,
        lines: [
          ['', 'p50 ms', 'p99 ms', "CPU µs/hit, the misses' included"],
          line('alone', alone),
          line(`beside ${MISSES_PER_SECOND} missing users a second`, beside),
        ],
      },
    ],
    notes: [],
  }
}

/** Time is simulated: the two may run at once. */
async function zipfRow(): Promise<Row> {
  const [without, riding] = await Promise.all([zipf('load', 0), zipf('server', REFRESH_AHEAD)])
  const text = (figure: ZipfFigures): string =>
    `${percent(figure.notFreshShare)} not fresh, ${figure.callsPerSecond.toFixed(1)} calls/s`
  return {
    work: 'Zipf load of 8,000 reads/s (simulated time, fixed seed)',
    against: `no ride-along: ${text(without)}`,
    figure: text(riding),
    bound: '< 1.5 % and fewer calls',
    verdict: all(
      atMost(riding.notFreshShare, 0.015),
      atMost(riding.callsPerSecond, without.callsPerSecond),
    ),
  }
}

async function zipf(core: Core, refreshAhead: number): Promise<ZipfFigures> {
  const figures: ZipfFigures = JSON.parse(
    await outputOn(core, ['--conditions=source', benchFile('zipf.ts'), String(refreshAhead)]),
  )
  return figures
}

async function hitsBesideMisses(): Promise<{ readonly alone: Slice; readonly beside: Slice }> {
  await using upstream = await startUpstream('--latency', '30')
  await using sidecar = await startBuilt(upstream, { TAGSIDE_TTL: '1d' })
  await fill(sidecar, USERS)
  await using generator = new LoadGenerator()
  await using other = new LoadGenerator()
  const hits = {
    asked: { kind: 'get', users: USERS },
    connections: 500,
    perSecond: HITS_PER_SECOND,
    seconds: SECONDS,
  } as const
  const misses = (prefix: string, seconds: number) =>
    other.run(sidecar, {
      asked: { kind: 'new', size: 1, prefix },
      connections: 2_000,
      perSecond: MISSES_PER_SECOND,
      seconds,
    })
  await Promise.all([generator.run(sidecar, { ...hits, seconds: 3 }), misses('early', 3)])
  const alone = await generator.run(sidecar, hits)
  const [beside] = await Promise.all([generator.run(sidecar, hits), misses('late', SECONDS)])
  return { alone, beside }
}
