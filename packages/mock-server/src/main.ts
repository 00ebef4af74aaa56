#!/usr/bin/env node
import { readFileSync } from 'node:fs'

import { banner, readyLine } from './announce.ts'
import type { ServeCommand } from './cli.ts'
import { readCommand } from './cli.ts'
import { createFakeTencent } from './fake.ts'
import { help, version } from './help.ts'
import type { ListeningServer } from './http/serve.ts'
import { ListenError } from './http/serve.ts'

const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
// A terminal and npm deliver one Ctrl-C two or three times; after `once` the second would kill.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop())

process.exit(await run(process.argv.slice(2)))

async function run(args: readonly string[]): Promise<number> {
  const command = readCommand(args, (path) => readFileSync(path, 'utf8'))
  switch (command.kind) {
    case 'help':
      console.log(help)
      return 0
    case 'version':
      console.log(version())
      return 0
    case 'mistakes':
      console.error(['tagside-mock:', ...command.mistakes].join('\n  '))
      return 2
    case 'serve':
      return serve(command)
  }
}

async function serve({
  port,
  host,
  certificate,
  announce,
  fake: options,
}: ServeCommand): Promise<number> {
  const fake = createFakeTencent(options)
  let server: ListeningServer
  try {
    server = await fake.listen({ port, host, certificate })
  } catch (error) {
    if (!(error instanceof ListenError)) throw error
    console.error(`tagside-mock: ${error.message}`)
    return 2
  }
  if (announce === 'json') console.log(readyLine(fake, server))
  if (announce === 'banner') console.log(banner(fake, server))
  await stopped
  await server.close()
  return 0
}
