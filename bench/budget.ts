import { kill } from 'node:process'

import { all, atMost, type Findings } from './findings.ts'
import { LoadGenerator } from './load-generator.ts'
import { callsInAnySecond, metric } from './ops.ts'
import type { Server } from './processes.ts'
import { startBuilt, startUpstream } from './sidecar-server.ts'

const CALLS_PER_SECOND = 100
const STALLS = 3
const STALL_MS = 300
const BETWEEN_STALLS_MS = 150

/**
 * Saturates the sidecar, stops its process three times for 300 ms, leaves it idle and saturates it again: the most calls that any trailing second
 * held, by the sidecar's own count and by the fake endpoint's.
 */
export async function budget(): Promise<Findings> {
  await using upstream = await startUpstream('--latency', 'lognormal(30,0.3)')
  await using sidecar = await startBuilt(upstream, {})
  await using generator = new LoadGenerator()
  const saturate = (prefix: string, seconds: number) =>
    generator.run(sidecar, {
      asked: { kind: 'new', size: 100, prefix },
      connections: 600,
      perSecond: 130,
      seconds,
    })
  await Promise.all([saturate('stalled', 6), pause(3_000).then(() => stall(sidecar))])
  await pause(1_300)
  await saturate('after', 2)
  const sent = await metric(sidecar, 'tagside_upstream_window_calls')
  const received = await callsInAnySecond(upstream)
  return {
    rows: [
      {
        work: `worst trailing second at sender and receiver, event-loop stalls of ${STALLS} × ${STALL_MS} ms included`,
        against: 'Bottleneck alone: reservoir 200, `minTime` 10 131',
        figure: `${sent} at the sender, ${received} at the receiver`,
        bound: `≤ ${CALLS_PER_SECOND}`,
        verdict: all(atMost(sent, CALLS_PER_SECOND), atMost(received, CALLS_PER_SECOND)),
      },
    ],
    tables: [],
    notes: [],
  }
}

async function stall(sidecar: Server): Promise<void> {
  for (let stalls = 0; stalls < STALLS; stalls += 1) {
    kill(sidecar.pid, 'SIGSTOP')
    await pause(STALL_MS)
    kill(sidecar.pid, 'SIGCONT')
    await pause(BETWEEN_STALLS_MS)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
