import { once } from 'node:events'

import { benchFile, startProcess } from './processes.ts'

/** Runs a file of the benchmark as a process of its own beside the load generator, and returns what it writes. */
export async function outputOf(file: string, ...argv: readonly string[]): Promise<string> {
  const child = startProcess(
    'load',
    [process.execPath, '--conditions=source', benchFile(file), ...argv],
    { stdio: 'lines' },
  )
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part))
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`${file} ended with ${child.exitCode}`)
  return text
}
