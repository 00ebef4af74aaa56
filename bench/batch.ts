import { type Contender, contest } from './contest.ts'
import { all, atLeast, type Findings, joined } from './findings.ts'
import { batchFromNode } from './peers.ts'
import { benchFile, startNodeServer } from './processes.ts'
import { startFull } from './sidecar-server.ts'
import { contestTable, ratio } from './standings.ts'

const USERS = 100_000
const HOT = 1_000
const ROUNDS = 4
const BARE = 'bare node:http'
const SIDECAR = 'sidecar'

/** What a `batchGet` costs: by itself, and as an app would ask. */
export async function batch(): Promise<Findings> {
  return joined([await batchGet(), await batchFromNode()])
}

/** What a `batchGet` of 100 cached users costs, out of a thousand and out of all, beside a bare server that does the same lookups. */
async function batchGet(): Promise<Findings> {
  const contenders = [BARE, SIDECAR].flatMap((server) => [
    contender(server, 'hot', HOT),
    contender(server, 'uniform', USERS),
  ])
  const results = await contest({
    servers: new Map([
      [BARE, () => startNodeServer([benchFile('servers/bare-batch.ts')], { USERS: String(USERS) })],
      [SIDECAR, () => startFull(USERS)],
    ]),
    contenders,
    rounds: ROUNDS,
  })
  const [hot, uniform] = ['hot', 'uniform'].map((load) =>
    ratio(results, `${SIDECAR}, ${load}`, `${BARE}, ${load}`),
  )
  const figures = [hot ?? Number.NaN, uniform ?? Number.NaN]
  return {
    rows: [
      {
        work: '`batchGet` of 100 cached users, hot (1,000) and uniform (100,000)',
        against: '`node:http` doing the same lookups in lru-cache and joining ready fragments',
        figure: figures.map((figure) => figure.toFixed(2)).join(' / '),
        bound: '≥ 0.95 both',
        verdict: all(...figures.map((figure) => atLeast(figure, 0.95))),
        obstacle:
          'waits for memory, for each user; and dates that are put between, where bare joins fragments that are ready (profiles.md, “A batch of 100 hits”)',
      },
    ],
    tables: [contestTable('batchGet of 100 cached users, 32 connections', results, `${BARE}, hot`)],
    notes: [],
  }
}

function contender(server: string, load: string, users: number): Contender {
  return { name: `${server}, ${load}`, server, asked: { kind: 'batch', users, size: 100 } }
}
