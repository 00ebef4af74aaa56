import { get } from 'node:http'

import { quantile, residentMb } from './figures.ts'
import { all, atMost, type Findings, type Row, type Table } from './findings.ts'
import { type Server, startNodeServer } from './processes.ts'
import { startBuilt, startUpstream } from './sidecar-server.ts'
import { loadedAlone } from './start-dependencies.ts'

const ROUNDS = 11
/** What a process allocates for its start is mostly given back or settled by then. */
const IDLE_MS = 1_000
const TIME_MAX = 2.6
const MEMORY_MAX = 1.6

const BARE = 'bare node:http'
const SIDECAR = 'sidecar'
const CALLING = 'sidecar, with a call'

const BARE_PROGRAM = `require('node:http').createServer((request, response) => response.end('ok'))
  .listen(0, '127.0.0.1', function () { console.log('{"url":"http://127.0.0.1:' + this.address().port + '"}') })`

const HONO_PROGRAM = `import { Hono } from 'hono'
import { serve } from '@hono/node-server'
const app = new Hono().get('/', (c) => c.json({ ok: true }))
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' },
  ({ port }) => console.log('{"url":"http://127.0.0.1:' + port + '"}'))`

/** A server to start, what it is asked first, and the status that is right then. */
interface Contender {
  readonly name: string
  readonly start: () => Promise<Server>
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
}

interface Measured {
  readonly firstAnswerMs: number
  readonly residentMb: number
}

/**
 * From spawn to the first complete answer, and resident memory when idle: a bare `node:http` server, a bare Hono server and the built
 * sidecar with everything on its default path. The sidecar is asked for a user: once for what is cached, which needs nobody else, and once so that
 * the answer includes its first upstream call. Then what each dependency costs that is loaded alone.
 */
export async function start(): Promise<Findings> {
  await using upstream = await startUpstream('--rate', 'off')
  const servers = contenders(upstream)
  // The first round reads files that the others find in the page cache.
  await measure(servers)
  const rounds: ReadonlyMap<string, Measured>[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(await measure(round % 2 === 0 ? servers : servers.toReversed()))
  }
  return {
    rows: [row(rounds)],
    tables: [
      table(
        servers.map(({ name }) => name),
        rounds,
      ),
      await loadedAlone(),
    ],
    notes: [],
  }
}

function contenders(upstream: Server): readonly Contender[] {
  const sidecar = {
    name: CALLING,
    start: () => startBuilt(upstream, {}),
    path: '/v1/users/xiaoming/tags',
    status: 200,
  }
  const cached = { headers: { 'Cache-Control': 'only-if-cached' }, status: 504 }
  return [
    { name: BARE, start: () => startNodeServer(['-e', BARE_PROGRAM]), path: '/', status: 200 },
    {
      name: 'bare Hono',
      start: () => startNodeServer(['--input-type=module', '-e', HONO_PROGRAM]),
      path: '/',
      status: 200,
    },
    { ...sidecar, name: SIDECAR, ...cached },
    sidecar,
  ]
}

/** Starts one after the other and asks each once; then all are idle together. */
async function measure(every: readonly Contender[]): Promise<ReadonlyMap<string, Measured>> {
  await using stack = new AsyncDisposableStack()
  const started: { name: string; pid: number; firstAnswerMs: number }[] = []
  for (const { name, start: spawn, path, headers = {}, status } of every) {
    const startMs = performance.now()
    const server = stack.use(await spawn())
    const answered = await ask(String(server.ready['url']) + path, headers)
    const firstAnswerMs = performance.now() - startMs
    if (answered !== status) throw new Error(`${name} answered ${answered}`)
    started.push({ name, pid: server.pid, firstAnswerMs })
  }
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
  return new Map(
    started.map(({ name, pid, firstAnswerMs }) => [
      name,
      { firstAnswerMs, residentMb: residentMb(pid) },
    ]),
  )
}

function ask(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    }).once('error', reject)
  })
}

type Rounds = readonly ReadonlyMap<string, Measured>[]

/** The median over rounds of one server's figure; over another's in the same round, if one is named. */
function median(rounds: Rounds, figure: keyof Measured, name: string, anchor?: string): number {
  const values = rounds.map((round) => {
    const over = anchor === undefined ? 1 : (round.get(anchor)?.[figure] ?? Number.NaN)
    return (round.get(name)?.[figure] ?? Number.NaN) / over
  })
  return quantile(values, 0.5)
}

function row(rounds: Rounds): Row {
  const times = median(rounds, 'firstAnswerMs', SIDECAR, BARE)
  const timesCalling = median(rounds, 'firstAnswerMs', CALLING, BARE)
  const memory = median(rounds, 'residentMb', SIDECAR, BARE)
  return {
    work: 'spawn to first answer, and idle resident memory',
    against: 'bare `node -e` server',
    figure: `${times.toFixed(2)} × (${timesCalling.toFixed(2)} × with its first call); ${memory.toFixed(2)} ×`,
    bound: `≤ ${TIME_MAX} ×, ≤ ${MEMORY_MAX} ×`,
    verdict: all(atMost(times, TIME_MAX), atMost(memory, MEMORY_MAX)),
    obstacle:
      'what loads before anything is done: Node’s own `Request` and `Response`, then the libraries of the table “A dependency loaded alone”',
  }
}

function table(names: readonly string[], rounds: Rounds): Table {
  const lines = names.map((name) => [
    name,
    median(rounds, 'firstAnswerMs', name, BARE).toFixed(2),
    median(rounds, 'residentMb', name, BARE).toFixed(2),
    median(rounds, 'firstAnswerMs', name).toFixed(0),
    median(rounds, 'residentMb', name).toFixed(0),
  ])
  return {
    title: `From spawn to the first answer, and resident memory a second later, medians of ${ROUNDS} rounds; ratios to ${BARE}`,
    lines: [['server', 'time ratio', 'memory ratio', 'ms', 'MB'], ...lines],
  }
}
