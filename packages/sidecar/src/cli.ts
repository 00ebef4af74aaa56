import type { Config } from './config/config.ts'
import { explainConfig } from './config/explain-config.ts'
import type { ConfigSources } from './config/given-values.ts'
import { readConfig } from './config/read-config.ts'
import { allSettings, flagName, environmentName } from './config/settings.ts'

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'serve'; readonly config: Config }
  | { readonly kind: 'print'; readonly text: string }

/** UsageError is a command line that names no command of ours. */
export class UsageError extends Error {
  readonly code = 'TAGSIDE_USAGE'
}

/** Reads the command line. Throws {@link UsageError} or `ConfigError`; both print as they are. */
export function readCommand(
  argv: readonly string[],
  sources: Omit<ConfigSources, 'argv'>,
  version: string,
): Command {
  if (argv.includes('--help') || argv.includes('-h')) return { kind: 'print', text: help() }
  if (argv.includes('--version')) return { kind: 'print', text: version }
  const [first = 'serve', ...rest] = argv
  const [command, flags] = first.startsWith('-') ? ['serve', argv] : [first, rest]
  if (command === 'serve') return { kind: 'serve', config: readConfig({ ...sources, argv: flags }) }
  if (command === 'check-config')
    return { kind: 'print', text: explainConfig({ ...sources, argv: flags }) }
  // The word is not repeated: the value of a flag that has none, such as a key, would be it.
  throw new UsageError(
    'the first argument is no command of tagside; expected serve or check-config. See tagside --help',
  )
}

function help(): string {
  const rows = allSettings.map(({ key, fallback, meaning, isSecret }) => {
    const name = isSecret === true ? environmentName(key) : flagName(key)
    return `  ${name.padEnd(28)}${meaning}${fallback === undefined ? '' : ` (${fallback})`}`
  })
  return `tagside: push tags of Tencent Cloud Chat users, cached beside your pods

Usage: tagside [serve] [--FLAG VALUE]...      start the sidecar
       tagside check-config [--FLAG VALUE]... print the effective settings and where each comes from

Every flag is also a variable (--ttl 60s is TAGSIDE_TTL=60s) and a key of a JSON file
(--config FILE with "ttl": "60s"). Flags win over variables, variables over the file.
Durations: 250ms, 30s, 5m, 24h. Sizes: 64MiB.

${rows.join('\n')}`
}
