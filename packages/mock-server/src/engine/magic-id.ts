import { codes } from './codes.ts'
import { MockError } from './errors.ts'
import type { Action } from './faults.ts'
import { FaultSyntaxError, parseAction } from './faults.ts'
import { nearest } from './near.ts'

/**
 * What a magic account asks for, and in how many of the calls that name it. A mistyped one asks for
 * a refusal of the whole call that says what may have been meant.
 */
export interface MagicId {
  readonly effect: Action | { readonly kind: 'tags'; readonly count: number }
  readonly callsMax: number
}

/** A magic account that was to be an ordinary user. */
export class ReservedAccountError extends MockError {
  override readonly name = 'ReservedAccountError'
  readonly code = 'reserved-account'
}

const PREFIX = 'mock_'
// The longest UserID that Tencent takes, so that any check on the client's side lets a magic
// account pass.
const ID_LENGTH_MAX = 32
const TAGS_MAX = 1000

const forms = [
  'mock_err_CODE',
  'mock_each_CODE',
  'mock_http_STATUS',
  'mock_reset',
  'mock_fin',
  'mock_hang',
  'mock_trunc_BYTES',
  'mock_slow_MS',
  'mock_delay_MS',
  'mock_badjson',
  'mock_emptybody',
  'mock_shuffle',
  'mock_dup',
  'mock_omit',
  'mock_tags_N',
]

/** Reports whether an account is a magic one, well written or not. */
export function isMagic(account: string): boolean {
  return account.startsWith(PREFIX)
}

/** Throws ReservedAccountError for an id that would never be looked up among the users. */
export function refuseMagic(user: string): void {
  if (!isMagic(user)) return
  throw new ReservedAccountError(`"${user}": ids that begin with ${PREFIX} are magic accounts`)
}

/**
 * Reads a magic account: after the prefix comes a fault's action with `:` written `_`, or `tags_N`,
 * and at the end `_xN` where only the first N calls are meant. Codes must be in the catalogue.
 */
export function readMagicId(id: string): MagicId {
  const [, name = '', calls] = /^mock_([a-z0-9_]*?)(?:_x([1-9]\d{0,8}))?$/.exec(id) ?? []
  const effect = id.length > ID_LENGTH_MAX ? undefined : (readTags(name) ?? readAction(name))
  if (effect === undefined) {
    return { effect: { kind: 'err', code: 60009, text: advise(id, name) }, callsMax: Infinity }
  }
  return { effect, callsMax: calls === undefined ? Infinity : Number(calls) }
}

function readTags(name: string): MagicId['effect'] | undefined {
  const digits = /^tags_(\d{1,4})$/.exec(name)?.[1]
  if (digits === undefined || Number(digits) > TAGS_MAX) return undefined
  return { kind: 'tags', count: Number(digits) }
}

function readAction(name: string): Action | undefined {
  try {
    const action = parseAction(name.replaceAll('_', ':'))
    const isTypo = 'code' in action && (!codes.has(action.code) || 'text' in action)
    return isTypo ? undefined : action
  } catch (error) {
    if (error instanceof FaultSyntaxError) return undefined
    throw error
  }
}

function advise(id: string, name: string): string {
  const [, kind, code] = /^(err|each)_(\d+)$/.exec(name) ?? []
  const near =
    code === undefined
      ? nearest(id, forms, 3)
      : nearest(code, [...codes.keys()].map(String), 3).map((other) => `mock_${kind}_${other}`)
  return `"${id}" is no magic account; near: ${near.join(', ')}`
}
