import { type CommandName, commands, isCommandName } from './commands/commands.ts'
import { commandHelp, overview } from './commands/help.ts'
import { UsageError } from './commands/usage-error.ts'
import { isSpelling, nearNames } from './config/near-name.ts'

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'run'; readonly name: CommandName; readonly argv: readonly string[] }
  | { readonly kind: 'print'; readonly text: string }

/** Reads which command is asked for, and leaves its flags to it. Throws {@link UsageError}, which prints as it is. */
export function readCommand(argv: readonly string[], version: string): Command {
  const [first = 'serve', ...rest] = argv
  const [word, flags] = first.startsWith('-') ? ['serve', argv] : [first, rest]
  // Behind -- everything is an argument, a user named --help too.
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  if (word === 'help') return { kind: 'print', text: helpOn(rest[0]) }
  if (options.includes('--help') || options.includes('-h'))
    return { kind: 'print', text: helpOn(word === first ? word : undefined) }
  if (options.includes('--version')) return { kind: 'print', text: version }
  if (isCommandName(word)) return { kind: 'run', name: word, argv: flags }
  throw unknownCommand(word)
}

function helpOn(name: string | undefined): string {
  return name !== undefined && isCommandName(name) ? commandHelp(name) : overview()
}

/** What other programs call a command of ours. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  start: 'serve',
  run: 'serve',
  server: 'serve',
  check: 'check-config',
  validate: 'check-config',
  config: 'check-config',
  lookup: 'get',
  tags: 'get',
  ready: 'wait',
  health: 'healthcheck',
  ping: 'healthcheck',
  version: '--version',
}

/** The word is not repeated: the value of a flag that has none, such as a key, would be it. */
function unknownCommand(word: string): UsageError {
  const names = Object.keys(commands)
  const elsewhere = Object.keys(OTHER_WORDS).filter((other) => isSpelling(word, other))
  const meant = [
    ...elsewhere.map((other) => OTHER_WORDS[other]),
    ...nearNames(word, [...names, 'help']),
  ]
  const question = meant[0] === undefined ? '' : `did you mean tagside ${meant[0]}? `
  return new UsageError(
    `the first argument is no command of tagside; ${question}expected ${names.slice(0, -1).join(', ')} or ${names.at(-1)}. See tagside --help`,
  )
}
