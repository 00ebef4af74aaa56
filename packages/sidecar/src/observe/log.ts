import { type Logger, pino } from 'pino'

/** Where log lines go; standard output, or a test. */
export interface LogSink {
  readonly write: (line: string) => void
  /** True for a person's terminal: lines are then written to be read. */
  readonly isTTY?: boolean
}

export type Log = Logger

/**
 * Returns the log: one JSON line for each event that an operator would want to know, with `time`, `level`, a stable `event`
 * and `msg`. User ids, tags, keys, signatures and URLs with a query are never given to it.
 */
export function createLog(level: string, sink: LogSink): Log {
  const destination =
    sink.isTTY === true ? { write: (line: string) => sink.write(readable(line)) } : sink
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
}

/** Turns a JSON line into one for people: time of day, level, message, then what else it says. */
function readable(line: string): string {
  const { time, level, msg, event, ...rest }: Record<string, unknown> = JSON.parse(line)
  const details = Object.entries({ event, ...rest })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${String(msg)}  ${details.join(' ')}\n`
}
