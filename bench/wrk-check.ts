import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Findings } from './findings.ts'
import { quantile } from './figures.ts'
import { LoadGenerator } from './load-generator.ts'
import { installed, pinned } from './machine.ts'
import { benchFile, type Server, startNodeServer, temporaryDirectory } from './processes.ts'
import { startFull } from './sidecar-server.ts'

const USERS = 100_000
const ROUNDS = 6
const CONNECTIONS = 32

/** 20,000 requests made beforehand, so that wrk's own cost is small. */
const SCRIPT = `local requests, at = {}, 0
init = function() for i = 1, 20000 do
  requests[i] = wrk.format("GET", string.format("/v1/users/user-%06d/tags", math.random(0, ${USERS - 1})))
end end
request = function() at = at % 20000 + 1; return requests[at] end
`

/** Whether our load generator and wrk come to the same ratio of the sidecar to the bare server: neither may be what is measured. */
export async function wrkCheck(): Promise<Findings> {
  const wrk = installed('wrk')
  if (wrk === undefined) return { rows: [], tables: [], notes: ['wrk is not installed'] }
  const directory = temporaryDirectory()
  const script = join(directory, 'get.lua')
  await writeFile(script, SCRIPT)
  await using bare = await startNodeServer([benchFile('servers/bare.ts')])
  await using sidecar = await startFull(USERS)
  await using generator = new LoadGenerator()
  const ours = async (server: Server): Promise<number> => {
    const asked = { kind: 'get', users: USERS } as const
    return (await generator.run(server, { asked, connections: CONNECTIONS, seconds: 1 })).perSecond
  }
  const theirs = (server: Server): number => {
    const port = 'port' in server.target ? server.target.port : 0
    const flags = ['-t1', `-c${CONNECTIONS}`, '-d1s', '-s', script, `http://127.0.0.1:${port}`]
    const [command = '', ...argv] = pinned('load', [wrk, ...flags])
    const said = execFileSync(command, argv, { encoding: 'utf8' })
    return Number(/Requests\/sec:\s*([\d.]+)/.exec(said)?.[1])
  }
  const ratios: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] }
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [ourBare, ourSidecar] = [await ours(bare), await ours(sidecar)]
    const [theirBare, theirSidecar] = [theirs(bare), theirs(sidecar)]
    // The first round compiles code.
    if (round === 0) continue
    ratios.ours.push(ourSidecar / ourBare)
    ratios.theirs.push(theirSidecar / theirBare)
  }
  const line = (name: string, values: readonly number[]): readonly string[] => [
    name,
    quantile(values, 0.5).toFixed(3),
  ]
  const lines = [
    ['load generator', 'sidecar / bare node:http'],
    line('ours', ratios.ours),
    line('wrk', ratios.theirs),
  ]
  return {
    rows: [],
    tables: [{ title: 'The same ratio by two load generators', lines }],
    notes: [],
  }
}
