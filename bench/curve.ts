import { type Contender, contest } from './contest.ts'
import type { Findings } from './findings.ts'
import type { Server } from './processes.ts'
import { startFull } from './sidecar-server.ts'
import { contestTable } from './standings.ts'

const USERS = [1_000, 10_000, 100_000, 1_000_000]
/** Beside the 32 of every contest. */
const OTHER_CONNECTIONS = [1, 8, 128, 512]
const ROUNDS = 4
const USERS_AT_EACH = 100_000
const ANCHOR = '1,000 users'
const ANCHOR_CONNECTIONS = '32 connections'

/** Sidecars with a thousand to a million users in their caches, by name. */
type Grown = ReadonlyMap<string, Server>

/** Starts them. A million users take half a minute to fetch, because each call has a slot of its own. */
export async function startGrown(): Promise<Grown> {
  const starts = USERS.map(async (users) => [serverOf(users), await startFull(users)] as const)
  return new Map(await Promise.all(starts))
}

/** How the cost of a hit grows with the users in the cache, and its latency with the connections. */
export async function curve(grown: Grown): Promise<Findings> {
  const byUsers = USERS.map((users): Contender => ({
    name: serverOf(users),
    server: serverOf(users),
    asked: { kind: 'get', users },
  }))
  const byConnections = OTHER_CONNECTIONS.map((connections): Contender => ({
    name: `${connections} ${connections === 1 ? 'connection' : 'connections'}`,
    server: serverOf(USERS_AT_EACH),
    asked: { kind: 'get', users: USERS_AT_EACH },
    connections,
  }))
  const results = await contest({
    servers: new Map([...grown].map(([name, server]) => [name, async () => server])),
    contenders: [...byUsers, ...byConnections],
    generations: 1,
    rounds: ROUNDS,
  })
  const at32 = results.get(serverOf(USERS_AT_EACH))
  const those = (contenders: readonly Contender[]) =>
    [...results].filter(([name]) => contenders.some((one) => one.name === name))
  const connections = at32 === undefined ? [] : [[ANCHOR_CONNECTIONS, at32] as const]
  return {
    rows: [],
    tables: [
      contestTable('Users in the cache, 32 connections', new Map(those(byUsers)), ANCHOR),
      contestTable(
        'Connections, 100,000 users in the cache',
        new Map([...connections, ...those(byConnections)]),
        ANCHOR_CONNECTIONS,
      ),
    ],
    notes: [],
  }
}

function serverOf(users: number): string {
  return `${users.toLocaleString('en')} users`
}
