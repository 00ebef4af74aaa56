import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import * as v from 'valibot'

import { createFakeUpstream } from '../../support/fake-upstream.ts'
import { type Environment, environmentFor } from '../../support/start-sidecar.ts'

const logLine = v.object({
  level: v.string(),
  event: v.string(),
  url: v.optional(v.string(), ''),
  opsUrl: v.optional(v.string(), ''),
})

/** What a sidecar process runs under. */
interface ProcessOptions {
  readonly upstreamUrl: string
  readonly environment?: Environment
  /** Options for Node itself. */
  readonly nodeOptions?: string
  /** A shell command that is run before, in the same process: a limit, for instance. */
  readonly before?: string
  readonly cwd?: string
}

/** The sidecar as a process of its own. Disposing of it kills it. */
export interface SidecarProcess extends AsyncDisposable {
  readonly child: ChildProcess
  readonly url: string
  readonly opsUrl: string
  /** What was logged, as level and event: `warn breaker-opened`. */
  readonly logged: readonly string[]
  /** Its exit status, once it has ended. */
  readonly ended: Promise<number | null>
}

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

/** Starts a sidecar and waits until it listens; rejects if it ends before. */
export async function startProcess(options: ProcessOptions): Promise<SidecarProcess> {
  const child = spawnSidecar(options)
  const logged: string[] = []
  const listening = Promise.withResolvers<v.InferOutput<typeof logLine>>()
  const ended = endOf(child)
  if (child.stdout === null) throw new TypeError('expected a pipe')
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = v.parse(logLine, JSON.parse(text))
    logged.push(`${line.level} ${line.event}`)
    if (line.event === 'listening') listening.resolve(line)
  })
  const early = ended.then((status): never => {
    throw new Error(`ended with ${status} before it listened`)
  })
  const { url, opsUrl } = await Promise.race([listening.promise, early])
  early.catch(() => undefined)
  return {
    child,
    url,
    opsUrl,
    logged,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Starts a sidecar whose log goes where `stdout` says, and does not wait for anything. */
export function spawnSidecar(
  { upstreamUrl, environment = {}, nodeOptions = '', before, cwd }: ProcessOptions,
  stdout: 'pipe' | number = 'pipe',
): ChildProcess {
  const command = [process.execPath, '--conditions=source', main]
  const [program = '', ...argv] =
    before === undefined ? command : ['sh', '-c', `${before}; exec "$@"`, 'sh', ...command]
  return spawn(program, argv, {
    env: {
      PATH: process.env['PATH'],
      ...environmentFor(createFakeUpstream(), upstreamUrl),
      ...environment,
      NODE_OPTIONS: nodeOptions,
    },
    stdio: ['ignore', stdout, 'inherit'],
    cwd,
  })
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const [status]: (number | null)[] = await once(child, 'close')
  return status ?? null
}
