import type { ConfigSources } from '../../src/config/given-values.ts'
import type { Terminal } from '../../src/commands/terminal.ts'

/** What a client command printed, and where it printed it. */
export interface Printed {
  readonly terminal: Terminal
  readonly stdout: () => string
  readonly stderr: () => string
}

export function createTerminal({ isTTY = false } = {}): Printed {
  const [out, err]: [string[], string[]] = [[], []]
  return {
    terminal: {
      stdout: { isTTY, write: (text) => out.push(text) },
      stderr: { write: (text) => err.push(text) },
    },
    stdout: () => out.join(''),
    stderr: () => err.join(''),
  }
}

/** A command line and an environment; there is no file. */
export function clientSources(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ConfigSources {
  return {
    argv,
    environment,
    readFile: (path) => {
      throw Object.assign(new Error(path), { code: 'ENOENT' })
    },
  }
}
