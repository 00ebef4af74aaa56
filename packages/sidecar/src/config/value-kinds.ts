/** Returned by a value kind for text it does not accept. */
export const INVALID: unique symbol = Symbol('invalid')

/** A value kind turns the text of a setting into a value, and says in words what it accepts. */
export interface ValueKind<T> {
  readonly expected: string
  readonly parse: (text: string) => T | typeof INVALID
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
    parse: (text) => within(durationMs(text), leastMs, mostMs),
  }
}

function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  return Math.round(
    Number(amount ?? Number.NaN) * (DURATION_UNITS_MS.get(unit ?? '') ?? Number.NaN),
  )
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
    parse: (text) => within(sizeBytes(text), leastBytes, mostBytes),
  }
}

function sizeBytes(text: string): number {
  const [, amount, unit] = /^(\d+)(B|KiB|MiB|GiB)$/.exec(text) ?? []
  return Number(amount ?? Number.NaN) * (SIZE_UNITS_BYTES.get(unit ?? '') ?? Number.NaN)
}

export function integer(least: number, most: number): ValueKind<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    parse: (text) => (/^\d{1,15}$/.test(text) ? within(Number(text), least, most) : INVALID),
  }
}

export function decimal(least: number, most: number): ValueKind<number> {
  return {
    expected: `a number from ${least} to ${most}`,
    parse: (text) =>
      /^\d{1,9}(\.\d{1,9})?$/.test(text) ? within(Number(text), least, most) : INVALID,
  }
}

export function oneOf<const T extends string>(choices: readonly T[]): ValueKind<T> {
  return {
    expected: `one of ${choices.join(', ')}`,
    parse: (text) => choices.find((choice) => choice === text) ?? INVALID,
  }
}

export function pattern(expected: string, shape: RegExp): ValueKind<string> {
  return { expected, parse: (given) => (shape.test(given) ? given : INVALID) }
}

/** Comma-separated; white space around a member is not part of it. */
export function list(expected: string, member: RegExp): ValueKind<readonly string[]> {
  return {
    expected,
    parse: (given) => {
      const members = given.split(',').map((part) => part.trim())
      return members.every((part) => member.test(part)) ? members : INVALID
    },
  }
}

function within(value: number, least: number, most: number): number | typeof INVALID {
  return value >= least && value <= most ? value : INVALID
}
