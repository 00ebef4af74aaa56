/** The only file that takes signals. */

import { adviceOn } from '../config/advice.ts'
import type { Config } from '../config/config.ts'
import { type ConfigSources, type GivenValues, givenValues } from '../config/given-values.ts'
import { readConfig } from '../config/read-config.ts'
import { environmentName, flagName } from '../config/settings.ts'
import { drain } from '../drain.ts'
import { ListenError } from '../http/listen-error.ts'
import type { Listener } from '../http/listener.ts'
import { createLog, type Log, type LogSink } from '../observe/log.ts'
import { type Sidecar, wire } from '../wire.ts'
import { memoryMaxBytes } from './machine.ts'

/** npm and a terminal deliver one Ctrl-C two or three times; what comes later is a second one. */
const SAME_SIGNAL_MS = 1_000

/** Starts the sidecar, until a signal ends the process. Throws `ConfigError` and {@link ListenError}, which print as they are. */
export async function serve(sources: ConfigSources, sink: LogSink): Promise<void> {
  const given = givenValues(sources)
  const config = readConfig(sources, given)
  const log = createLog(config.logLevel, sink)
  const sidecar = wire(config, log)
  const opsUrl = sidecar.ops === undefined ? undefined : await listening(sidecar.ops, 'opsListen')
  try {
    const url = await listening(sidecar.data, 'listen')
    stopOnSignal(sidecar, config.drainGraceMs, log)
    log.info(
      { event: 'listening', url, ...(opsUrl === undefined ? {} : { opsUrl }) },
      'ready for lookups',
    )
  } catch (error) {
    await sidecar.ops?.close()
    throw error
  }
  advise(config, given, log)
}

/** Says which setting has the address, because that is what the cure is to change. */
async function listening(listener: Listener, key: 'listen' | 'opsListen'): Promise<string> {
  try {
    return await listener.listen()
  } catch (error) {
    if (!(error instanceof ListenError)) throw error
    const cure = `${flagName(key)} or ${environmentName(key)}`
    throw new ListenError(`${error.message} (${cure}; 127.0.0.1:0 takes a free port)`, {
      cause: error,
    })
  }
}

function advise(config: Config, { byKey }: GivenValues, log: Log): void {
  const sources = { config, given: byKey, memoryMaxBytes: memoryMaxBytes() }
  for (const { name, text } of adviceOn(sources)) {
    log.warn({ event: 'config-advice', setting: name }, `${name}: ${text}`)
  }
}

function stopOnSignal(sidecar: Sidecar, graceMs: number, log: Log): void {
  let firstAtMs: number | undefined
  const stop = (): void => {
    if (firstAtMs === undefined) {
      firstAtMs = performance.now()
      void drain(sidecar, graceMs, log).then(() => process.exit(0))
    } else if (performance.now() - firstAtMs > SAME_SIGNAL_MS) {
      process.exit(1)
    }
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
