import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'

/** Returns what a program prints on its two outputs, however it ends. */
export async function printed(program: string, ...args: readonly string[]): Promise<string> {
  const ended = promisify(execFile)(program, args)
  const { stdout, stderr } = await ended.catch((error: unknown) => Object(error))
  return `${stdout}${stderr}`
}

/** Whether examples that need a program are to be skipped, aloud; where CI is set they never are. */
export function isMissing(program: string, examplesOf: string): boolean {
  const missing = spawnSync(program, ['--version']).status !== 0 && process.env['CI'] === undefined
  if (missing) console.warn(`skipped: examples of ${examplesOf} that need ${program}`)
  return missing
}
