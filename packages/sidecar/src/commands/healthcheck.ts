import { readClientConfig } from '../config/client-config.ts'
import type { ConfigSources } from '../config/given-values.ts'
import { commands } from './commands.ts'
import { probe } from './probe.ts'
import { type Ask, ask as askSidecar } from './sidecar-answer.ts'
import type { Terminal } from './terminal.ts'

/** A container's runtime gives a check some seconds as a whole, and this process has to start in them too. */
const TIMEOUT_MS = 2_000

/** `tagside healthcheck`: asks once whether the sidecar is alive. Returns the exit status. */
export async function healthcheck(
  sources: ConfigSources,
  terminal: Terminal,
  ask: Ask = askSidecar,
): Promise<0 | 1> {
  const config = readClientConfig(sources, commands.healthcheck.line)
  const seen = await probe('/livez', config, ask, TIMEOUT_MS)
  if (seen === undefined) return 0
  terminal.stderr.write(`tagside: not alive. ${seen}\n`)
  return 1
}
