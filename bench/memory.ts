import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { quantile } from './figures.ts'

const program = fileURLToPath(new URL('million-users.ts', import.meta.url))
const ROUNDS = 3
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
export async function memory(): Promise<void> {
  for (const users of [200_000, 1_000_000]) {
    const measured: Bytes = JSON.parse(await run('bytes', users))
    const verdict = measured.fetched <= BYTES_MAX ? 'reached' : 'missed'
    console.log(
      `memory: ${users} users of 3 tags: ${measured.fetched.toFixed(0)} B a user (at most ${BYTES_MAX}: ${verdict}), ${measured.read.toFixed(0)} B once each was read and may ride along; accounted ${measured.accounted.toFixed(0)} B; resident ${measured.residentMb.toFixed(0)} MB`,
    )
  }
  const rounds: Pauses[] = []
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push(JSON.parse(await run('pauses', 1_000_000)))
  for (const kind of new Set(rounds.flatMap(({ kinds }) => Object.keys(kinds)))) {
    const longest = rounds.map(({ kinds }) => kinds[kind]?.longestMs ?? 0)
    const count = rounds.reduce((sum, { kinds }) => sum + (kinds[kind]?.count ?? 0), 0)
    const totalMs = rounds.reduce((sum, { kinds }) => sum + (kinds[kind]?.totalMs ?? 0), 0)
    const median = quantile(longest, 0.5)
    console.log(
      `memory: ${kind}: ${count} in ${ROUNDS} rounds, mean ${(totalMs / count).toFixed(1)} ms, longest of each round ${longest.map((ms) => ms.toFixed(1)).join(', ')} ms (median at most ${PAUSE_MAX_MS}: ${median <= PAUSE_MAX_MS ? 'reached' : 'missed'})`,
    )
  }
}

async function run(what: string, users: number): Promise<string> {
  const argv = ['--expose-gc', '--conditions=source', program, what, String(users)]
  const { stdout } = await promisify(execFile)(process.execPath, argv)
  return stdout
}
