import { type Contender, contest, contestTable } from './contest.ts'
import type { Findings } from './findings.ts'
import { startFull } from './sidecar-server.ts'

const USERS = [1_000, 10_000, 100_000, 1_000_000]
const CONNECTIONS = [1, 8, 32, 128, 512]
const ROUNDS = 4
const USERS_AT_EACH = 100_000
const ANCHOR = '1,000 users'

/** How the cost of a hit grows with the users in the cache, and its latency with the connections. */
export async function curve(): Promise<Findings> {
  const serverOf = (users: number): string => `${users.toLocaleString('en')} users`
  const byUsers = USERS.map((users): Contender => ({
    name: serverOf(users),
    server: serverOf(users),
    asked: { kind: 'get', users },
  }))
  const byConnections = CONNECTIONS.map((connections): Contender => ({
    name: `${connections} ${connections === 1 ? 'connection' : 'connections'}`,
    server: serverOf(USERS_AT_EACH),
    asked: { kind: 'get', users: USERS_AT_EACH },
    connections,
  }))
  const results = await contest({
    servers: new Map(USERS.map((users) => [serverOf(users), () => startFull(users)])),
    contenders: [...byUsers, ...byConnections],
    generations: 1,
    rounds: ROUNDS,
    warmUpSeconds: 1.5,
  })
  const those = (contenders: readonly Contender[]) =>
    new Map([...results].filter(([name]) => contenders.some((one) => one.name === name)))
  return {
    rows: [],
    tables: [
      contestTable('Users in the cache, 32 connections', those(byUsers), ANCHOR),
      contestTable(
        'Connections, 100,000 users in the cache',
        those(byConnections),
        '32 connections',
      ),
    ],
    notes: [],
  }
}
