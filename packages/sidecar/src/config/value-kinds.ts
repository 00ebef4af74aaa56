import { nearNames } from './near-name.ts'

/** Returned by a value kind for text it does not accept. */
export const INVALID: unique symbol = Symbol('invalid')

/** A value kind turns the text of a setting into a value, and says in words what it accepts. */
export interface ValueKind<T> {
  readonly expected: string
  /** Stands for the value in help: `DURATION`, `FILE`. */
  readonly placeholder: string
  readonly parse: (text: string) => T | typeof INVALID
  /** Texts that may have been meant by one that is not accepted, likeliest first; those that are not accepted either are left out by who asks. */
  readonly guesses?: (text: string) => readonly string[]
  /** Whether a file may give it as an array. */
  readonly isList?: true
}

/** Returns what may have been meant by a text that `kind` does not accept: another that it does, or nothing. */
export function meantValue(kind: ValueKind<unknown>, text: string): string | undefined {
  return kind.guesses?.(text).find((guess) => kind.parse(guess) !== INVALID)
}

const DURATION_UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

/** A duration in whole milliseconds: `250ms`, `30s`, `5m`, `24h`, `7d`. Both ends are allowed. */
export function duration(least: string, most: string): ValueKind<number> {
  const leastMs = durationMs(least)
  const mostMs = durationMs(most)
  return {
    expected: `a duration from ${least} to ${most}, such as 250ms, 30s, 5m or 24h`,
    placeholder: 'DURATION',
    parse: (text) => within(durationMs(text), leastMs, mostMs),
    guesses: guessedDurations,
  }
}

function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  return Math.round(
    Number(amount ?? Number.NaN) * (DURATION_UNITS_MS.get(unit ?? '') ?? Number.NaN),
  )
}

/** A number alone is seconds in most programs and milliseconds in some; units are often written out. */
function guessedDurations(text: string): readonly string[] {
  const [, amount, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? []
  if (amount === undefined) return []
  if (unit === '') return [`${amount}s`, `${amount}ms`]
  const word = unit.toLowerCase()
  return [word.startsWith('ms') || word.startsWith('milli') ? `${amount}ms` : `${amount}${word[0]}`]
}

const SIZE_UNITS_BYTES: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KiB', 1_024],
  ['MiB', 1_024 ** 2],
  ['GiB', 1_024 ** 3],
])

/** A size in bytes: `512KiB`, `64MiB`, `1GiB`. */
export function size(least: string, most: string): ValueKind<number> {
  const leastBytes = sizeBytes(least)
  const mostBytes = sizeBytes(most)
  return {
    expected: `a size from ${least} to ${most}, such as 512KiB or 64MiB`,
    placeholder: 'SIZE',
    parse: (text) => within(sizeBytes(text), leastBytes, mostBytes),
    guesses: guessedSizes,
  }
}

function sizeBytes(text: string): number {
  const [, amount, unit] = /^(\d+)(B|KiB|MiB|GiB)$/.exec(text) ?? []
  return Number(amount ?? Number.NaN) * (SIZE_UNITS_BYTES.get(unit ?? '') ?? Number.NaN)
}

function guessedSizes(text: string): readonly string[] {
  const [, amount, unit] = /^\s*(\d+)\s*([kmg]?)i?b?\s*$/i.exec(text) ?? []
  if (amount === undefined || unit === undefined) return []
  return [unit === '' ? `${amount}B` : `${amount}${unit.toUpperCase()}iB`]
}

export function integer(least: number, most: number): ValueKind<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    placeholder: 'N',
    parse: (text) => (/^\d{1,15}$/.test(text) ? within(Number(text), least, most) : INVALID),
  }
}

export function decimal(least: number, most: number): ValueKind<number> {
  return {
    expected: `a number from ${least} to ${most}`,
    placeholder: 'N',
    parse: (text) =>
      /^\d{1,9}(\.\d{1,9})?$/.test(text) ? within(Number(text), least, most) : INVALID,
    guesses: guessedDecimals,
  }
}

function guessedDecimals(text: string): readonly string[] {
  const [, percent] = /^(\d+)%$/.exec(text) ?? []
  return [percent === undefined ? text.trim().replace(',', '.') : String(Number(percent) / 100)]
}

/** One of some words. What else the world calls them is no value, but is understood in order to say the right one. */
export function oneOf<const T extends string>(
  placeholder: string,
  choices: readonly T[],
  otherWords: Readonly<Record<string, T>> = {},
): ValueKind<T> {
  return {
    expected: `one of ${choices.join(', ')}`,
    placeholder,
    parse: (text) => choices.find((choice) => choice === text) ?? INVALID,
    guesses: (text) => {
      const names = [...choices, ...Object.keys(otherWords)]
      // Two that are equally near are no guess.
      const [near, ...others] = nearNames(text, names)
      return near === undefined || others.length > 0 ? [] : [otherWords[near] ?? near]
    },
  }
}

export function pattern(expected: string, placeholder: string, shape: RegExp): ValueKind<string> {
  return { expected, placeholder, parse: (given) => (shape.test(given) ? given : INVALID) }
}

/** Comma-separated; white space around a member is not part of it. */
export function list(expected: string, member: RegExp): ValueKind<readonly string[]> {
  return {
    expected,
    placeholder: 'NAME,...',
    isList: true,
    parse: (given) => {
      const members = given.split(',').map((part) => part.trim())
      return members.every((part) => member.test(part)) ? members : INVALID
    },
  }
}

function within(value: number, least: number, most: number): number | typeof INVALID {
  return value >= least && value <= most ? value : INVALID
}
