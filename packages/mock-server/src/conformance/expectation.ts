import type { Answer, ReadEnvelope } from './answer.ts'
import { readEnvelope } from './answer.ts'
import { conformanceUsers } from './world.ts'

/** An Expectation tells the answers that are right from the others. */
export interface Expectation {
  /** What is right, in words. */
  readonly says: string
  /** The codes that a failed call may have, the fake's own choice first; absent if it may succeed. */
  readonly codes?: readonly number[]
  /** What is wrong with an answer, a line each; empty if it is right. Names no key and no UserSig. */
  differences(answer: Answer): readonly string[]
}

/** Whom a successful reply is to speak of. */
export interface Found {
  /** In `UserTags`, with the tags that they have in the world of the rows. */
  readonly users?: readonly string[]
  /** In `UserTags`, with tags that they got meanwhile. */
  readonly changed?: Readonly<Record<string, readonly string[]>>
  /** In `ErrorList` with 70107. */
  readonly unknown?: readonly string[]
  /** In `ErrorList`, with these codes. */
  readonly failed?: Readonly<Record<string, number>>
}

const NOT_IMPORTED = 70107

/**
 * The call succeeds and speaks of these accounts and no others. The order of entries and of tags is
 * open, and so is whether lists without entries are there; an entry may be there twice if both are
 * alike.
 */
export function succeeds({
  users = [],
  changed = {},
  unknown = [],
  failed = {},
}: Found): Expectation {
  const expected = [
    ...users.map((user) => foundLine(user, conformanceUsers.get(user) ?? [])),
    ...Object.entries(changed).map(([user, tags]) => foundLine(user, tags)),
    ...unknown.map((account) => errorLine(account, NOT_IMPORTED)),
    ...Object.entries(failed).map(([account, code]) => errorLine(account, code)),
  ]
  return {
    says: ['OK', ...abridged(expected)].join('; '),
    differences: judging((envelope) => {
      if (envelope.ActionStatus !== 'OK' || envelope.ErrorCode !== 0) {
        return [`${envelope.ActionStatus} with ${envelope.ErrorCode}, expected OK with 0`]
      }
      const lines = new Set(linesOf(envelope))
      return [
        ...expected.filter((line) => !lines.delete(line)).map((line) => `missing: ${line}`),
        ...[...lines].map((line) => `not expected: ${line}`),
      ]
    }),
  }
}

/** The call fails as a whole with one of these codes; the first is the fake's own choice. */
export function failsWith(...codes: readonly [number, ...number[]]): Expectation {
  return {
    says: `FAIL with ${codes.join(' or ')}`,
    codes,
    differences: judging(({ ActionStatus, ErrorCode, UserTags }) => [
      ...(ActionStatus === 'FAIL' && codes.includes(ErrorCode)
        ? []
        : [`${ActionStatus} with ${ErrorCode}, expected FAIL with ${codes.join(' or ')}`]),
      ...(UserTags.length === 0 ? [] : ['UserTags in a failed call']),
    ]),
  }
}

/** One of two answers is right; the first is the fake's own choice. */
export function either(first: Expectation, second: Expectation): Expectation {
  return {
    says: `${first.says}; or ${second.says}`,
    differences(answer) {
      const differences = first.differences(answer)
      return second.differences(answer).length === 0 ? [] : differences
    },
  }
}

function judging(
  judge: (envelope: ReadEnvelope) => readonly string[],
): (answer: Answer) => readonly string[] {
  return (answer) => {
    const envelope = readEnvelope(answer)
    return typeof envelope === 'string' ? [envelope] : judge(envelope)
  }
}

function linesOf({ UserTags, ErrorList }: ReadEnvelope): readonly string[] {
  return [
    ...UserTags.map(({ To_Account, Tags }) => foundLine(To_Account, Tags)),
    ...ErrorList.map(({ To_Account, ErrorCode }) => errorLine(To_Account, ErrorCode)),
  ]
}

function foundLine(user: string, tags: readonly string[]): string {
  return `"${user}" with ${tags.length === 0 ? 'no tags' : tags.toSorted().join(', ')}`
}

function errorLine(account: string, code: number): string {
  return `"${account}" with error ${code}`
}

const LINES_MAX = 3

function abridged(lines: readonly string[]): readonly string[] {
  if (lines.length <= LINES_MAX) return lines
  return [`${lines[0]}`, `… and ${lines.length - 1} others like the last: ${lines.at(-1)}`]
}
