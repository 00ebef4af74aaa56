import { setTimeout } from 'node:timers/promises'

import { readClientConfig } from '../config/client-config.ts'
import type { ConfigSources } from '../config/given-values.ts'
import { commands } from './commands.ts'
import { probe } from './probe.ts'
import { type Ask, ask as askSidecar } from './sidecar-answer.ts'
import type { Terminal } from './terminal.ts'

const PAUSE_MS = 100
const PROBE_TIMEOUT_MS = 1_000

/** Monotonic milliseconds, and a way to let some pass. */
export interface Time {
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<unknown>
}

/** `tagside wait`: asks again and again until the sidecar is ready. Returns the exit status: 1 when the time is over. */
export async function wait(
  sources: ConfigSources,
  terminal: Terminal,
  ask: Ask = askSidecar,
  { now, sleep }: Time = { now: () => performance.now(), sleep: setTimeout },
): Promise<0 | 1> {
  const config = readClientConfig(sources, commands.wait.line)
  const untilMs = now() + config.timeoutMs
  for (;;) {
    const leftMs = untilMs - now()
    // The last one gets its time too: a sidecar that answers is not missed because the time was over.
    const seen = await probe(
      '/readyz',
      config,
      ask,
      Math.max(PAUSE_MS, Math.min(PROBE_TIMEOUT_MS, leftMs)),
    )
    if (seen === undefined) return 0
    if (now() + PAUSE_MS > untilMs) {
      terminal.stderr.write(
        `tagside: not ready within ${config.timeoutMs / 1_000} s. Last seen: ${seen}\n`,
      )
      return 1
    }
    await sleep(PAUSE_MS)
  }
}
