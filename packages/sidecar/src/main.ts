#!/usr/bin/env node
/** The process entry: the only file that reads the environment and sets the exit status. It loads only what the command needs. The built one is CommonJS, hence no `await` outside. */
import { type Command, readCommand } from './cli.ts'
import { readTextFile } from './config/read-text-file.ts'
import { version } from './version.ts'

/** Errors whose message is written for the user: printed as it is, exit 2. */
const FOR_THE_USER: ReadonlySet<unknown> = new Set([
  'TAGSIDE_CONFIG',
  'TAGSIDE_USAGE',
  'TAGSIDE_LISTEN',
])

const environment = { ...process.env }
// Children, and whoever dumps the environment of this process from inside, do not get them. The kernel keeps showing them in
// /proc/PID/environ: that is why the file is preferred.
delete process.env['TAGSIDE_SECRET_KEY']
delete process.env['TAGSIDE_ACCESS_TOKEN']

// A diagnostic report would show the environment, and in it a secret that was given there.
process.report.excludeEnv = true

void run().catch((error: unknown) => {
  if (!(error instanceof Error && 'code' in error && FOR_THE_USER.has(error.code))) throw error
  console.error(`tagside: ${error.message}`)
  process.exitCode = 2
})

async function run(): Promise<void> {
  const command: Command = readCommand(process.argv.slice(2), version)
  if (command.kind === 'print') return console.log(command.text)
  const sources = {
    argv: command.argv,
    environment,
    readFile: readTextFile,
  }
  switch (command.name) {
    case 'serve': {
      outliveStdout()
      const { serve } = await import('./commands/serve.ts')
      return serve(sources, process.stdout)
    }
    case 'check-config': {
      const { checkConfig } = await import('./commands/check-config.ts')
      return console.log(checkConfig(sources))
    }
    case 'get': {
      const { get } = await import('./commands/get.ts')
      process.exitCode = await get(sources, process)
      return
    }
    case 'wait': {
      const { wait } = await import('./commands/wait.ts')
      process.exitCode = await wait(sources, process)
      return
    }
    case 'healthcheck': {
      const { healthcheck } = await import('./commands/healthcheck.ts')
      process.exitCode = await healthcheck(sources, process)
    }
  }
}

/**
 * Who reads the log may end before the sidecar does, and a disk may be full. Without a listener the next line of the log would then end the process, and
 * cut what it was answering.
 */
function outliveStdout(): void {
  let isTold = false
  process.stdout.on('error', ({ message }) => {
    if (!isTold) console.error(`tagside: the log cannot be written to standard output (${message})`)
    isTold = true
  })
}
