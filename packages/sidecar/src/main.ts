#!/usr/bin/env node
/** The process entry: the only file that reads the environment, takes signals and sets the exit status. */
import { readFileSync } from 'node:fs'

import { readCommand, UsageError } from './cli.ts'
import { type Config, ConfigError } from './config/config.ts'
import { drain } from './drain.ts'
import { ListenError } from './http/listener.ts'
import { createLog, type Log } from './observe/log.ts'
import { version } from './version.ts'
import { type Sidecar, wire } from './wire.ts'

/** npm and a terminal deliver one Ctrl-C two or three times; what comes later is a second one. */
const SAME_SIGNAL_MS = 1_000

// A diagnostic report would show the environment, and in it a secret that was given there.
process.report.excludeEnv = true

try {
  const sources = {
    environment: process.env,
    readFile: (path: string) => readFileSync(path, 'utf8'),
  }
  const command = readCommand(process.argv.slice(2), sources, version)
  // Children, and whoever dumps the environment of this process from inside, do not get them. The kernel keeps showing them in
  // /proc/PID/environ: that is why the file is preferred.
  delete process.env['TAGSIDE_SECRET_KEY']
  delete process.env['TAGSIDE_ACCESS_TOKEN']
  if (command.kind === 'print') console.log(command.text)
  else await serve(command.config)
} catch (error) {
  if (
    !(error instanceof ConfigError || error instanceof UsageError || error instanceof ListenError)
  )
    throw error
  console.error(`tagside: ${error.message}`)
  process.exitCode = 2
}

async function serve(config: Config): Promise<void> {
  const log = createLog(config.logLevel, process.stdout)
  const sidecar = wire(config, log)
  const opsUrl = await sidecar.ops?.listen()
  try {
    const url = await sidecar.data.listen()
    stopOnSignal(sidecar, config.drainGraceMs, log)
    log.info(
      { event: 'listening', url, ...(opsUrl === undefined ? {} : { opsUrl }) },
      'ready for lookups',
    )
  } catch (error) {
    await sidecar.ops?.close()
    throw error
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
