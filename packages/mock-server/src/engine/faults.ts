import { MockError } from './errors.ts'
import type { Latency } from './latency.ts'
import { latencyForms, parseLatency, parseNumber, printLatency } from './latency.ts'
import { nearest, nearNote } from './near.ts'

/**
 * The grammar of faults, the same in every place that accepts one:
 *
 *     fault  = action *( ";" option )
 *     action = "err:" CODE [ ":" TEXT ] | "each:" CODE | "http:" STATUS [ ":" html | json | empty ]
 *            | "reset" | "fin" | "hang" | "trunc:" BYTES | "slow:" MS | "delay:" LATENCY
 *            | "badjson" | "emptybody" | "shuffle" | "dup" | "omit"
 *     option = "times=" N | "skip=" N | "every=" N | "p=" 0..1 | "account=" ID
 */
export interface Fault {
  readonly action: Action
  /** Fires at most so many times. */
  readonly times?: number
  /** Lets so many matching calls pass first. */
  readonly skip?: number
  /** Of the calls after those, fires on every N-th. */
  readonly every?: number
  /** Fires with this probability; 0 is never, 1 always. */
  readonly p?: number
  /** Matches only calls that name this account, and works on that account where it works on one. */
  readonly account?: string
}

export type Action =
  /** The whole call fails with this `ErrorCode`. */
  | { readonly kind: 'err'; readonly code: number; readonly text?: string }
  /** The account is listed in `ErrorList` with this code. */
  | { readonly kind: 'each'; readonly code: number }
  | { readonly kind: 'http'; readonly status: number; readonly page: Page }
  /** The headers promise the whole body, and the connection ends after so many bytes of it. */
  | { readonly kind: 'trunc'; readonly bytes: number }
  /** The body is dribbled over this time. */
  | { readonly kind: 'slow'; readonly durationMs: number }
  | { readonly kind: 'delay'; readonly latency: Latency }
  | Plain<PlainKind>

export type Page = 'html' | 'json' | 'empty'

type PlainKind = 'reset' | 'fin' | 'hang' | 'badjson' | 'emptybody' | 'shuffle' | 'dup' | 'omit'
type Plain<Kind> = Kind extends string ? { readonly kind: Kind } : never

/** A fault that cannot be read; the message names what was given and what was expected. */
export class FaultSyntaxError extends MockError {
  override readonly name = 'FaultSyntaxError'
  readonly code = 'fault-syntax'
}

/** How each action is written; for messages and help. */
export const actionForms: Readonly<Record<Action['kind'], string>> = {
  err: 'err:CODE[:TEXT]',
  each: 'each:CODE',
  http: 'http:STATUS[:html|json|empty]',
  reset: 'reset',
  fin: 'fin',
  hang: 'hang',
  trunc: 'trunc:BYTES',
  slow: 'slow:MS',
  delay: `delay:LATENCY, where LATENCY is ${latencyForms}`,
  badjson: 'badjson',
  emptybody: 'emptybody',
  shuffle: 'shuffle',
  dup: 'dup',
  omit: 'omit',
}

/** Reads a fault, e.g. `err:60007;times=2`; throws FaultSyntaxError. */
export function parseFault(text: string): Fault {
  const [actionText = '', ...optionTexts] = text.split(';')
  const options: Options = {}
  for (const optionText of optionTexts) {
    const option = parseOption(optionText)
    if (Object.keys(option).some((name) => name in options)) {
      throw new FaultSyntaxError(`"${text}": "${optionText}" is given twice`)
    }
    Object.assign(options, option)
  }
  return { action: parseAction(actionText), ...options }
}

/** Reads the action alone, without options; throws FaultSyntaxError. */
export function parseAction(text: string): Action {
  const [kind = '', ...rest] = text.split(':')
  const argument = rest.length === 0 ? undefined : rest.join(':')
  if (!isKind(kind)) {
    const near = nearest(kind, Object.keys(actionForms), 3)
    throw new FaultSyntaxError(`"${text}" is no fault${nearNote(near)}`)
  }
  const action = readAction(kind, argument)
  if (action === undefined) throw new FaultSyntaxError(`"${text}": expected ${actionForms[kind]}`)
  return action
}

/** Writes a fault as `parseFault` reads it. */
export function printFault({ action, ...options }: Fault): string {
  const names = ['times', 'skip', 'every', 'p', 'account'] as const
  const given = names.filter((name) => options[name] !== undefined)
  return [printAction(action), ...given.map((name) => `${name}=${options[name]}`)].join(';')
}

type Options = Omit<Fault, 'action'>

function isKind(text: string): text is Action['kind'] {
  return Object.hasOwn(actionForms, text)
}

function readAction(kind: Action['kind'], argument: string | undefined): Action | undefined {
  switch (kind) {
    case 'err': {
      const [, code, text] = /^([^:]*)(?::(.*))?$/s.exec(argument ?? '') ?? []
      return withNumber(code, 1, (number) => ({
        kind,
        code: number,
        ...(text === undefined ? {} : { text }),
      }))
    }
    case 'each':
      return withNumber(argument, 1, (code) => ({ kind, code }))
    case 'http': {
      const [status, page = 'html', ...more] = argument?.split(':') ?? []
      if (!isPage(page) || more.length > 0) return undefined
      // 1xx is no final answer, and the platform's Response ends at 599.
      return withNumber(status, 200, (number) =>
        number > 599 ? undefined : { kind, status: number, page },
      )
    }
    case 'trunc':
      return withNumber(argument, 0, (bytes) => ({ kind, bytes }))
    case 'slow':
      return withNumber(argument, 0, (durationMs) => ({ kind, durationMs }))
    case 'delay': {
      const latency = parseLatency(argument ?? '')
      return latency === undefined ? undefined : { kind, latency }
    }
    case 'reset':
    case 'fin':
    case 'hang':
    case 'badjson':
    case 'emptybody':
    case 'shuffle':
    case 'dup':
    case 'omit':
      return argument === undefined ? { kind } : undefined
  }
}

function printAction(action: Action): string {
  switch (action.kind) {
    case 'err':
      return `err:${action.code}${action.text === undefined ? '' : `:${action.text}`}`
    case 'each':
      return `each:${action.code}`
    case 'http':
      return `http:${action.status}${action.page === 'html' ? '' : `:${action.page}`}`
    case 'trunc':
      return `trunc:${action.bytes}`
    case 'slow':
      return `slow:${action.durationMs}`
    case 'delay':
      return `delay:${printLatency(action.latency)}`
    case 'reset':
    case 'fin':
    case 'hang':
    case 'badjson':
    case 'emptybody':
    case 'shuffle':
    case 'dup':
    case 'omit':
      return action.kind
  }
}

function parseOption(text: string): Options {
  const [, name = '', value = ''] = /^\s*([^=]*)=(.*)$/s.exec(text) ?? []
  const option = readOption(name, value)
  if (option !== undefined) return option
  throw new FaultSyntaxError(
    `"${text}" is no option of a fault; expected times=N, skip=N, every=N from 1, p=0..1 or account=ID`,
  )
}

function readOption(name: string, value: string): Options | undefined {
  switch (name) {
    case 'times':
      return withNumber(value, 0, (times) => ({ times }))
    case 'skip':
      return withNumber(value, 0, (skip) => ({ skip }))
    case 'every':
      return withNumber(value, 1, (every) => ({ every }))
    case 'p': {
      const p = parseNumber(value)
      return p === undefined || p > 1 ? undefined : { p }
    }
    case 'account':
      return value === '' ? undefined : { account: value }
    default:
      return undefined
  }
}

function isPage(text: string): text is Page {
  return text === 'html' || text === 'json' || text === 'empty'
}

/** Reads a whole number from `min` and hands it on. */
function withNumber<Result>(
  text: string | undefined,
  min: number,
  build: (number: number) => Result | undefined,
): Result | undefined {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined
  const number = Number(text)
  return number < min ? undefined : build(number)
}
