import { once } from 'node:events'

import type { Core } from './machine.ts'
import { benchFile, startProcess } from './processes.ts'

/** Runs a file of the benchmark as a process of its own beside the load generator, and returns what it writes. */
export function outputOf(file: string, ...argv: readonly string[]): Promise<string> {
  return outputOn('load', ['--conditions=source', benchFile(file), ...argv])
}

/** Runs Node on a core, with all its arguments, and returns what it writes. */
export async function outputOn(
  core: Core,
  argv: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<string> {
  const child = startProcess(core, [process.execPath, ...argv], {
    ...options,
    stdio: 'lines',
  })
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part))
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${child.exitCode}`)
  return text
}
