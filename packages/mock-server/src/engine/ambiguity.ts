import type { App, AppSettings } from './app.ts'
import type { Random } from './random.ts'
import { shuffled } from './random.ts'
import type { AccountError, Envelope, Reply, UserTags } from './reply.ts'
import { claimedJson } from './reply.ts'

type Choices<Item> = readonly [Item, ...Item[]]

/**
 * Codes between which Tencent's documents do not decide (1047/34348 beside 1047/60567), by the one
 * that the fake uses where nothing is drawn.
 */
const alternatives: ReadonlyMap<number, Choices<number>> = new Map<number, Choices<number>>([
  [60003, [60003, 90001]],
  [60007, [60007, 60011, 60018, 60019]],
  [60015, [60015, 90001]],
  [70020, [70020, 60006, 70016]],
  [90001, [90001, 60003]],
  [90009, [90009, 60010]],
])

/** The sample reply of document 1047/34620 shows headers, and no Content-Type among them. */
const contentTypes: Choices<Pick<Reply, 'contentType'>> = [
  { contentType: 'application/json' },
  { contentType: 'application/json; charset=utf-8' },
  { contentType: 'text/plain' },
  { contentType: undefined },
]

/** Words that no client can have come to expect. */
const OTHER_WORDS = 'the service puts it in other words'

/** Decides what becomes of the unknown accounts of one call. */
export function drawUnknownAccounts({
  settings: { unknownAccounts },
  random,
}: App): Exclude<AppSettings['unknownAccounts'], 'random'> {
  return unknownAccounts === 'random'
    ? pick(['error-list', 'omit', 'empty'], random)
    : unknownAccounts
}

/**
 * Returns a reply that the documents allow as well as this one: `UserTags` in any order, empty
 * lists and texts present or absent, other words in `ErrorInfo`, another of the codes that fit, any
 * Content-Type. Who has which tags stays, and so does what is no envelope.
 */
export function vary(reply: Reply, random: Random): Reply {
  const { envelope } = reply
  if (envelope === undefined) return reply
  const errorCode = pick(alternatives.get(envelope.ErrorCode) ?? [envelope.ErrorCode], random)
  const body =
    envelope.ActionStatus === 'OK'
      ? variedSuccess(envelope, random)
      : { ...envelope, ErrorCode: errorCode, ErrorInfo: variedText(envelope.ErrorInfo, random) }
  return {
    ...claimedJson(JSON.stringify(body)),
    ...pick(contentTypes, random),
    errorCode,
  }
}

function variedSuccess(envelope: Envelope, random: Random): object {
  const { ErrorInfo, UserTags, ErrorList = [], ...rest } = envelope
  return {
    ...rest,
    ...optional({ ErrorInfo }, random),
    ...(UserTags === undefined ? {} : variedUserTags(UserTags, random)),
    ...(ErrorList.length === 0
      ? optional({ ErrorList }, random)
      : { ErrorList: shuffled(ErrorList, random).map((error) => variedError(error, random)) }),
  }
}

function variedUserTags(entries: readonly UserTags[], random: Random): object {
  if (entries.length === 0) return optional({ UserTags: entries }, random)
  return { UserTags: shuffled(entries, random).map((entry) => variedEntry(entry, random)) }
}

function variedEntry(entry: UserTags, random: Random): object {
  if (entry.Tags.length > 0) return entry
  const { To_Account } = entry
  return pick<object>([entry, { To_Account, Tags: null }, { To_Account }], random)
}

function variedError({ To_Account, ErrorCode, ErrorInfo }: AccountError, random: Random): object {
  return {
    To_Account,
    ErrorCode,
    ...optional({ ErrorInfo: variedText(ErrorInfo, random) }, random),
  }
}

function variedText(text: string, random: Random): string {
  return pick([text, '', OTHER_WORDS], random)
}

/** The fields, or none: half of the time each. */
function optional(fields: object, random: Random): object {
  return random() < 0.5 ? fields : {}
}

function pick<const Item extends object | string | number>(
  choices: Choices<Item>,
  random: Random,
): Item {
  return choices[Math.floor(random() * choices.length)] ?? choices[0]
}
