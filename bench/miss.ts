import { budget } from './budget.ts'
import { startOverCore } from './core-server.ts'
import { all, atMost, type Findings, joined } from './findings.ts'
import { quantile } from './figures.ts'
import type { IdleMissFigures, IdleMissJob } from './idle-miss.ts'
import { merging } from './merging.ts'
import { outputOf } from './program-output.ts'
import { startBuilt, startUpstream } from './sidecar-server.ts'

/** What a miss costs: of an idle sidecar, under load, at the ceiling; and that no second holds more calls than it may. */
export async function miss(): Promise<Findings> {
  return joined([await idle(), await merging(), await budget()])
}

/** What an idle sidecar adds to a single miss. */
async function idle(): Promise<Findings> {
  await using upstream = await startUpstream('--rate', 'off')
  await using sidecar = await startBuilt(upstream, {})
  await using hop = await startOverCore('servers/bare-hop.ts', upstream)
  const job: IdleMissJob = {
    sidecarUrl: String(sidecar.ready['url']),
    hopUrl: String(hop.ready['url']),
    upstreamUrl: String(upstream.ready['url']),
    sdkAppId: Number(upstream.ready['sdkAppId']),
    secretKey: String(upstream.ready['secretKey']),
    adminId: String(upstream.ready['adminId']),
  }
  const { directMs, hopMs, sidecarMs }: IdleMissFigures = JSON.parse(
    await outputOf('idle-miss.ts', JSON.stringify(job)),
  )
  const addedBy = (ms: readonly number[], share: number): number =>
    quantile(ms, share) - quantile(directMs, share)
  const added = (share: number): number => addedBy(sidecarMs, share)
  const line = (name: string, ms: readonly number[]): readonly string[] => [
    name,
    ...[0.5, 0.9, 0.99].map((share) => quantile(ms, share).toFixed(2)),
  ]
  return {
    rows: [
      {
        work: "idle miss: added to upstream's own time",
        against: `the same call made directly; a bare node:http hop adds p50 ${addedBy(hopMs, 0.5).toFixed(2)} ms, p99 ${addedBy(hopMs, 0.99).toFixed(2)} ms`,
        figure: `p50 ${added(0.5).toFixed(2)} ms, p99 ${added(0.99).toFixed(2)} ms`,
        bound: 'p50 < 0.5 ms, p99 < 2 ms',
        verdict: all(atMost(added(0.5), 0.5), atMost(added(0.99), 2)),
        obstacle:
          'two wake-ups and the client’s own: a bare `node:http` hop adds most of it (the table “A single miss”; profiles.md, “A miss, idle”)',
      },
    ],
    tables: [
      {
        title: `A single miss of an idle sidecar, ${directMs.length} of each, alternated`,
        lines: [
          ['call', 'p50 ms', 'p90 ms', 'p99 ms'],
          line('made directly', directMs),
          line('through a bare node:http hop', hopMs),
          line('through the sidecar', sidecarMs),
        ],
      },
    ],
    notes: [],
  }
}
