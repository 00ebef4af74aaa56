import { parseArgs } from 'node:util'

import type { Given } from './given.ts'
import { allSettings, flagName } from './settings.ts'
import { unknownFlag } from './unknown-name.ts'

/** What a command understands of its command line. */
export interface CommandLine {
  /** Keys that have a flag. */
  readonly keys: readonly string[]
  /** Says where to read about them. */
  readonly help: string
  /** Whether it takes more than flags, such as users to ask for. */
  readonly takesArguments: boolean
}

/** Of the sidecar itself: a flag for each setting, but for secrets, because a command line is public. */
export const serveLine: CommandLine = {
  keys: [
    ...allSettings.filter(({ isSecret }) => isSecret !== true).map(({ key }) => key),
    'config',
  ],
  help: '--help',
  takesArguments: false,
}

type Token = ReturnType<typeof tokensOf>[number]

function tokensOf(argv: readonly string[], line: CommandLine) {
  const options = Object.fromEntries(
    line.keys.map((key) => [flagName(key).slice(2), { type: 'string' as const }]),
  )
  return parseArgs({ args: [...argv], options, strict: false, tokens: true }).tokens
}

/** What stands on a command line: the value of each flag, and the arguments that belong to none. */
export class Arguments {
  readonly values: Map<string, Given> = new Map()
  readonly others: string[] = []
  readonly problems: string[] = []
  readonly #line: CommandLine
  readonly #keys: ReadonlyMap<string, string>
  #unknownAt = -1

  constructor(argv: readonly string[], line: CommandLine) {
    this.#line = line
    this.#keys = new Map(line.keys.map((key) => [flagName(key), key]))
    let mayTakeValue = false
    for (const token of tokensOf(argv, line)) {
      // What follows a flag that does not exist was meant as its value: one mistake, one problem.
      if (token.kind === 'positional' && !mayTakeValue) this.others.push(token.value)
      mayTakeValue = token.kind === 'option' && this.#isUnknown(token, argv)
    }
    if (line.takesArguments || this.others.length === 0) return
    // Not repeated: the value of a misspelt flag ends up here, and it may be a secret.
    this.problems.push(
      `the command line has ${this.others.length} argument(s) that belong to no flag; a flag begins with two dashes: --ttl 60s`,
    )
  }

  /** Takes the flag, or says what is wrong with it; reports whether what follows is to be taken for its value. */
  #isUnknown(token: Extract<Token, { kind: 'option' }>, argv: readonly string[]): boolean {
    const { rawName, value, index } = token
    const key = this.#keys.get(rawName)
    if (key === undefined) this.#unknown(rawName, index, argv[index] ?? '')
    else if (value === undefined) this.problems.push(`${rawName}: expected a value after it`)
    else if (this.values.has(key)) this.problems.push(`${rawName}: given more than once`)
    else this.values.set(key, { name: rawName, text: value, source: 'flag' })
    return key === undefined && value === undefined
  }

  /** Behind one dash each letter is a flag to the parser, but a person means one. */
  #unknown(rawName: string, index: number, typed: string): void {
    if (index === this.#unknownAt) return
    this.#unknownAt = index
    const [word = ''] = typed.split('=', 1)
    this.problems.push(unknownFlag(rawName, word, this.#line.keys, this.#line.help))
  }
}
