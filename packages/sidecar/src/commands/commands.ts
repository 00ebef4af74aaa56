import { type CommandLine, serveLine } from '../config/command-line.ts'

/** A command of `tagside`, as its help shows it. */
export interface CommandInfo {
  /** Behind the name. */
  readonly usage: string
  readonly summary: string
  readonly line: CommandLine
  /** What else there is to know, for its own help. */
  readonly more: string
}

/** Every command, in the order of the help. */
export const commands = {
  serve: {
    usage: '[--FLAG VALUE]...',
    summary: 'start the sidecar; it is what tagside does without a command',
    line: serveLine,
    more: `SIGTERM and SIGINT: what was accepted is finished, exit 0. A wrong configuration
or an address that is taken: every problem is printed, exit 2.

Regions: china, singapore, seoul, frankfurt, silicon-valley, jakarta, tokyo,
mumbai. Addresses: HOST:PORT (port 0 takes a free one) or unix:/path/to.sock.`,
  },
  'check-config': {
    usage: '[--FLAG VALUE]...',
    summary: 'print the effective settings and where each comes from',
    line: { ...serveLine, help: 'tagside serve --help' },
    more: `Takes what tagside serve takes. Secrets are not shown. Exit 0, or 2 if the
sidecar would not start: then every problem is printed.`,
  },
  get: {
    usage: 'USER... [--listen ADDRESS]',
    summary: 'ask the running sidecar for the tags of users',
    line: {
      keys: ['listen', 'accessTokenFile', 'maxUsersPerRequest', 'config'],
      help: 'tagside get --help; a user whose id begins with a dash goes behind --',
      takesArguments: true,
    },
    more: `Prints a table on a terminal, otherwise one JSON document: {"results":[...]},
with a result for each user in the order given, as POST /v1/tags:batchGet has
it. A user whose id begins with a dash goes behind --.

Exit 0 if every user has tags or is known to have none; 1 if one failed (an
account that Tencent does not know has failed) or no sidecar answers; 2 if the
command line is wrong.`,
  },
  wait: {
    usage: '[--timeout 30s]',
    summary: 'wait until the sidecar is ready',
    line: {
      keys: ['timeout', 'opsListen', 'listen', 'config'],
      help: 'tagside wait --help',
      takesArguments: false,
    },
    more: `Asks /readyz of the ops listener; where that is off, the data listener has to
accept requests. Exit 0 once the sidecar is ready, 1 when the time is over.`,
  },
  healthcheck: {
    usage: '[--ops-listen ADDRESS]',
    summary: 'ask the sidecar once whether it is alive',
    line: {
      keys: ['opsListen', 'listen', 'config'],
      help: 'tagside healthcheck --help',
      takesArguments: false,
    },
    more: `For the HEALTHCHECK of a container. Asks /livez of the ops listener, or the data
listener where that is off, for 2 s at most. Exit 0 if it is alive, 1 if not.`,
  },
} as const satisfies Record<string, CommandInfo>

export type CommandName = keyof typeof commands

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}
