import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

import * as v from 'valibot'

/** A line of the log, as far as tests look at it. */
const logLine = v.looseObject({
  event: v.string(),
  url: v.optional(v.string(), ''),
  opsUrl: v.optional(v.string()),
})

/** How a program ended, and all that it printed. */
interface Ending {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The sidecar as a process of its own. Disposing of it kills it. */
export interface Program extends AsyncDisposable {
  readonly child: ChildProcess
  readonly ended: Promise<Ending>
  /** Waits for the first log line with this event; rejects if the program ends without one. */
  readonly logged: (event: string) => Promise<v.InferOutput<typeof logLine>>
  /** Reads no more of what it prints, as a collector of logs that ended. */
  readonly closeStdout: () => void
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/**
 * Starts `tagside` with these arguments and nothing in its environment but what is given. `node` is what Node is told to run: the source,
 * unless another build or other flags are wanted.
 */
export function startProgram(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  node: readonly string[] = ['--conditions=source', main],
): Program {
  const child = spawn(process.execPath, [...node, ...argv], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(line))
  const ended = endingOf(child)
  const find = (event: string): v.InferOutput<typeof logLine> | undefined =>
    lines.map((line) => v.parse(logLine, JSON.parse(line))).find((line) => line.event === event)
  return {
    child,
    ended,
    async logged(event) {
      for (;;) {
        const found = find(event)
        if (found !== undefined) return found
        const next = await Promise.race([once(reader, 'line'), ended])
        if (!Array.isArray(next)) throw new Error(`no ${event}: ${JSON.stringify(next)}`)
      }
    },
    closeStdout() {
      reader.close()
      child.stdout.destroy()
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function endingOf(child: ReturnType<typeof spawn>): Promise<Ending> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new TypeError('expected pipes')
  // Cut off where the test closed it.
  const printed = text(stdout).catch(() => '')
  const [out, err, [status]] = await Promise.all([printed, text(stderr), once(child, 'close')])
  return { status, stdout: out, stderr: err }
}
