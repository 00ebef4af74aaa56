import { quantile } from './figures.ts'
import { atMost, type Findings, joined } from './findings.ts'
import { benchFile } from './processes.ts'
import { outputOn } from './program-output.ts'

const USERS = 1_000_000
/** Most of a round is its fill. */
const ROUNDS = 1
const BYTES_MAX = 200
const PAUSE_MAX_MS = 10

interface Bytes {
  readonly entries: number
  /** As fetched, in bytes of heap and external memory for each user. */
  readonly fetched: number
  /** When each was read once since, and may ride along. */
  readonly read: number
  /** What the cache accounts for. */
  readonly accounted: number
  readonly residentMb: number
}

interface Pauses {
  readonly seconds: number
  readonly batches: number
  readonly reads: number
  readonly kinds: Readonly<
    Record<string, { readonly count: number; readonly longestMs: number; readonly totalMs: number }>
  >
}

/**
 * A million users with three tags of 12 bytes in the real lookup, fetched through it: heap and external memory after a collection, over that of an
 * empty lookup; then the longest stop for a collection while 10,000 fetched users arrive and 20,000 are read in a second. Each in a
 * process of its own.
 */
export async function memory(): Promise<Findings> {
  return joined([await bytes(), await pauses()])
}

async function bytes(): Promise<Findings> {
  const figures: Bytes = JSON.parse(await run('bytes'))
  const worst = Math.max(figures.fetched, figures.read)
  const figure = `${worst.toFixed(0)} B (as fetched ${figures.fetched.toFixed(0)}, once read ${figures.read.toFixed(0)})`
  return {
    rows: [
      {
        work: `heap and external memory for each user, ${USERS.toLocaleString('en')} users of 3 tags of 12 bytes`,
        against: 'an empty lookup',
        figure,
        bound: `≤ ${BYTES_MAX} B`,
        verdict: atMost(worst, BYTES_MAX),
      },
    ],
    tables: [
      {
        title: `${USERS.toLocaleString('en')} users in the cache; bytes over an empty lookup`,
        lines: [
          ['as fetched, B/user', 'once read, B/user', 'accounted, B/user', 'resident MB'],
          [
            figures.fetched.toFixed(0),
            figures.read.toFixed(0),
            figures.accounted.toFixed(0),
            figures.residentMb.toFixed(0),
          ],
        ],
      },
    ],
    notes: [],
  }
}

async function pauses(): Promise<Findings> {
  const rounds: Pauses[] = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(JSON.parse(await run('pauses')))
  const longestMs = rounds.map(({ kinds }) =>
    Math.max(0, ...Object.values(kinds).map((kind) => kind.longestMs)),
  )
  const median = quantile(longestMs, 0.5)
  const names = [...new Set(rounds.flatMap(({ kinds }) => Object.keys(kinds)))]
  const lines = names.map((name) => {
    const of = rounds.map(({ kinds }) => kinds[name] ?? { count: 0, longestMs: 0, totalMs: 0 })
    const count = of.reduce((sum, kind) => sum + kind.count, 0)
    const totalMs = of.reduce((sum, kind) => sum + kind.totalMs, 0)
    return [
      name,
      String(count),
      (totalMs / count).toFixed(1),
      inEach(of.map((kind) => kind.longestMs)),
    ]
  })
  return {
    rows: [
      {
        work: 'longest collection pause, 10,000 users/s fetched anew and 20,000 read',
        against: `${USERS.toLocaleString('en')} users in the cache`,
        figure: `${median.toFixed(1)} ms`,
        bound: `≤ ${PAUSE_MAX_MS} ms`,
        verdict: atMost(median, PAUSE_MAX_MS),
        obstacle:
          'a full collection, of which there are two or three a minute: V8 wakes its threads on two cores, and walks through its table of texts (profiles.md, “Memory and collections”)',
      },
    ],
    tables: [
      {
        title: `Collections in ${ROUNDS} × ${rounds[0]?.seconds ?? 0} s`,
        lines: [['kind', 'count', 'mean ms', 'longest ms'], ...lines],
      },
    ],
    notes: [],
  }
}

function inEach(values: readonly number[]): string {
  return values.map((ms) => ms.toFixed(1)).join(', ')
}

/** Not pinned: V8 collects on several cores, as it does in production. */
function run(what: 'bytes' | 'pauses'): Promise<string> {
  const flags = ['--conditions=source', '--expose-gc']
  return outputOn('any', [...flags, benchFile('million-users.ts'), what, String(USERS)])
}
