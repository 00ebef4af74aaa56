import { LOG_LEVELS } from '../config/settings.ts'
import { withoutControls } from '../without-controls.ts'
import { loggedError } from './logged-error.ts'

/** Where log lines go; standard output, or a test. */
export interface LogSink {
  readonly write: (line: string) => void
  /** True for a person's terminal: lines are then written to be read. */
  readonly isTTY?: boolean
  /** How much was written that nobody has read yet, in bytes; absent where a write waits for its reader. */
  readonly writableLength?: number
  /** Calls back when all of that was read. */
  readonly once?: (event: 'drain', listener: () => void) => unknown
}

type Level = Exclude<(typeof LOG_LEVELS)[number], 'silent'>

/** What a line says beside its message: what JSON can, but for `err`, which is shown as {@link loggedError} does. */
interface LoggedEvent {
  readonly event: string
  readonly err?: unknown
  readonly level?: never
  readonly time?: never
  readonly msg?: never
  readonly [name: string]: unknown
}

/** By level: writes a line, if that level is logged. */
export type Log = Readonly<Record<Level, (what: LoggedEvent, message: string) => void>>

/** While more than this waits to be read, lines are dropped: nobody may ever read them, and they stay in memory. */
const UNREAD_MAX_BYTES = 1024 * 1024

/**
 * Returns the log: one JSON line for each event that an operator would want to know, with `time`, `level`, a stable `event`
 * and `msg`. User ids, tags, keys, signatures and URLs with a query are never given to it. Lines that were dropped are counted in one that is
 * written when the others were read.
 */
export function createLog(least: (typeof LOG_LEVELS)[number], sink: LogSink): Log {
  let dropped = 0
  const write = (line: string): void => {
    if ((sink.writableLength ?? 0) <= UNREAD_MAX_BYTES) {
      sink.write(sink.isTTY === true ? readable(line) : line)
      return
    }
    dropped += 1
    if (dropped === 1) sink.once?.('drain', tellDropped)
  }
  const at = (level: Level): Log[Level] => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return () => undefined
    return (what, message) => write(lineOf(level, what, message))
  }
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const tellDropped = (): void => {
    log.warn(
      { event: 'log-lines-dropped', lines: dropped },
      'log lines were dropped because standard output was not read: see what collects them',
    )
    dropped = 0
  }
  return log
}

function lineOf(level: Level, { err, ...what }: LoggedEvent, msg: string): string {
  const error = err === undefined ? {} : { err: loggedError(err) }
  return `${JSON.stringify({ level, time: new Date().toISOString(), ...what, ...error, msg })}\n`
}

/** Turns a JSON line into one for people: time of day, level, message, then what else it says. */
function readable(line: string): string {
  const { time, level, msg, event, ...rest }: Record<string, unknown> = JSON.parse(line)
  const details = Object.entries({ event, ...rest })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const shown = `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${String(msg)}  ${details.join(' ')}`
  return `${withoutControls(shown)}\n`
}
