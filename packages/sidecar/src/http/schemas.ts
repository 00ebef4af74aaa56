/**
 * What a request may carry, as schemas. They parse the requests, and the OpenAPI document is made of them. Their messages are the texts
 * of the answers, so they name places and never repeat what was sent.
 */
import * as v from 'valibot'

import { userIdProblem } from './user-id.ts'

/** Tencent's documented bound of one call, counted as sent (document 1047/60567). */
const ACCOUNTS_MAX = 100

/** Of the bad ids in a request so many are named. */
const NAMED_MAX = 5

/** All that {@link userId} asks for. For who has one id and no time: the walk through the schema is 3 % of a hit's. */
export function isUserId(value: unknown): value is string {
  return userIdProblem(value) === undefined
}

/**
 * A user id. A pattern cannot count the bytes of UTF-8, so the one that is shown promises less than is taken: every id that
 * matches it is short enough, and so is every id that Tencent gives out.
 */
export const userId = v.pipe(
  v.string(),
  v.guard(
    isUserId,
    ({ input }) => `the user id in the path ${userIdProblem(input) ?? 'is malformed'}`,
  ),
  v.metadata({
    minLength: 1,
    maxLength: 128,
    pattern: String.raw`^(?:[\x20-\x7e]{1,128}|[^\x00-\x1f\x7f-\x9f]{1,32})$`,
    description:
      'An account (UserID) or a device (RegistrationID): up to 128 bytes of UTF-8 without control characters, compared byte for byte.',
    ref: 'UserId',
  }),
)

interface IdTexts {
  readonly isNoArray: string
  readonly hasOtherLength: (count: number) => string
  readonly hasBadIds: (ids: readonly unknown[]) => string
}

/**
 * An array of 1 to `idsMax` user ids. One loop looks at all of them: valibot's own array makes an object of each element, and a thousand
 * ids are checked for each batch request.
 */
function userIds(idsMax: number, texts: IdTexts): v.GenericSchema<unknown, readonly string[]> {
  const hasOtherLength = ({ input }: { readonly input: readonly unknown[] }): string =>
    texts.hasOtherLength(input.length)
  return v.pipe(
    v.custom<readonly unknown[]>(Array.isArray, texts.isNoArray),
    v.metadata({ type: 'array', items: { $ref: '#/components/schemas/UserId' } }),
    v.minLength(1, hasOtherLength),
    v.maxLength(idsMax, hasOtherLength),
    v.guard(
      (ids): ids is readonly string[] => ids.every(isUserId),
      ({ input }) => texts.hasBadIds(input),
    ),
  )
}

const USERS_EXPECTED = 'expected a JSON object with "users", an array of user ids'

function users(usersMax: number): v.GenericSchema<unknown, readonly string[]> {
  return userIds(usersMax, {
    isNoArray: USERS_EXPECTED,
    hasOtherLength: (count) => `expected 1 to ${usersMax} users, got ${count}`,
    hasBadIds(ids) {
      const problems = problemsAt('users', ids)
      const more = problems.length > NAMED_MAX ? `; and ${problems.length - NAMED_MAX} more` : ''
      return problems.slice(0, NAMED_MAX).join('; ') + more
    },
  })
}

/** Says of every bad id in an array what is wrong, by its place. */
function problemsAt(name: string, ids: readonly unknown[]): readonly string[] {
  return ids.flatMap((id, index) => {
    const problem = userIdProblem(id)
    return problem === undefined ? [] : [`${name}[${index}] ${problem}`]
  })
}

/** The body of `tags:batchGet`. */
export function batchGetBody(
  usersMax: number,
): v.GenericSchema<unknown, { readonly users: readonly string[] }> {
  return v.pipe(
    v.object({ users: users(usersMax) }, USERS_EXPECTED),
    v.metadata({ ref: 'BatchGetRequest' }),
  )
}

/** The body of `cache:invalidate`: either some users or, with `all: true`, everybody, which is no `users`. */
export function invalidateBody(
  usersMax: number,
): v.GenericSchema<unknown, { readonly users?: readonly string[] | undefined }> {
  const some = v.object(
    {
      all: v.optional(
        v.pipe(
          v.unknown(),
          v.check((all) => all !== true, 'expected either "users" or "all": true, not both'),
          v.metadata({ not: { const: true } }),
        ),
      ),
      users: users(usersMax),
    },
    USERS_EXPECTED,
  )
  const everybody = v.object({ all: v.literal(true), users: v.optional(v.never()) })
  return v.pipe(
    // What is neither is told what keeps it from being the first.
    v.union([some, everybody], ({ issues }) => issues?.[0].message ?? USERS_EXPECTED),
    v.metadata({ ref: 'InvalidateRequest' }),
  )
}

const ACCOUNTS_EXPECTED = `the body must be JSON with To_Account, an array of 1 to ${ACCOUNTS_MAX} accounts`

/** The body of the drop-in face. What is wrong is told by an issue's `type`: `max_length`, `guard` (a bad account), or anything else. */
export const getTagBody = v.pipe(
  v.object(
    {
      To_Account: userIds(ACCOUNTS_MAX, {
        isNoArray: ACCOUNTS_EXPECTED,
        hasOtherLength: (count) =>
          count === 0
            ? ACCOUNTS_EXPECTED
            : `To_Account has ${count} accounts, at most ${ACCOUNTS_MAX} are allowed`,
        hasBadIds: (ids) => problemsAt('To_Account', ids)[0] ?? ACCOUNTS_EXPECTED,
      }),
    },
    ACCOUNTS_EXPECTED,
  ),
  v.metadata({ ref: 'GetTagRequest' }),
)
