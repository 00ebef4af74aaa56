import * as v from 'valibot'

import { SDK_APP_ID_MAX } from '../engine/app.ts'
import { userSigVariants } from '../engine/issue-usersig.ts'
import { latencyForms, parseLatency } from '../engine/latency.ts'
import { rateAlgorithms } from '../engine/rate-limiter.ts'
import { TIMEOUT_MS_MAX } from '../engine/verification.ts'

/**
 * What goes over the wire of the admin API: bodies, which the server parses, and answers, which the
 * client parses. Bodies are strict, so that a misspelt member is not taken for one left out.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const text = v.pipe(v.string(), v.nonEmpty())
const sdkAppId = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(SDK_APP_ID_MAX))

/** Users and tags by id. Not a `v.record`, which skips ids such as `constructor`. */
const users = v.custom<Readonly<Record<string, readonly string[]>>>(
  (value) => isObject(value) && Object.values(value).every(isTags),
  'Invalid type: Expected an object of users and their tags, each an array of strings',
)

/** Numbers by the id of a magic account, none of which needs care. */
const counts = v.record(v.string(), count)

const rate = v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.literal('off')])
const rateAlgorithm = v.picklist(rateAlgorithms)
const latency = v.pipe(
  v.string(),
  v.check((value) => parseLatency(value) !== undefined, `expected ${latencyForms}`),
)
const unknownAccounts = v.picklist(['error-list', 'omit', 'empty', 'random'])
const ambiguity = v.picklist(['fixed', 'random'])
const signatureCheck = v.picklist(['on', 'off'])
const fault = v.object({ id: count, spec: v.string(), hits: count, fired: count })
const settingMembers = { rate, rateAlgorithm, unknownAccounts, ambiguity, signatureCheck }
const settings = v.strictObject({ ...settingMembers, latency })
const snapshot = v.strictObject({
  users,
  faults: v.array(
    v.strictObject({
      spec: v.string(),
      origin: v.picklist(['startup', 'added']),
      hits: count,
      fired: count,
    }),
  ),
  settings,
  magicCalls: counts,
  randomState: count,
  advancedMs: v.pipe(v.number(), v.minValue(0)),
})

/** What the server reads. */
export const bodies = {
  app: v.strictObject({
    sdkAppId: v.optional(sdkAppId),
    secretKey: v.optional(text),
    adminId: v.optional(text),
  }),
  tags: v.strictObject({ tags: v.array(v.string()) }),
  seed: v.strictObject({ users }),
  fault: v.strictObject({ spec: v.string() }),
  expectation: v.strictObject({
    account: v.optional(v.string()),
    exactly: v.optional(count),
    atLeast: v.optional(count),
    atMost: v.optional(count),
    timeoutMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(TIMEOUT_MS_MAX))),
  }),
  clock: v.strictObject({
    advanceMs: v.pipe(v.number(), v.minValue(0)),
  }),
  settings: v.strictObject({
    rate: v.optional(rate),
    rateAlgorithm: v.optional(rateAlgorithm),
    latency: v.optional(v.union([v.pipe(v.number(), v.minValue(0)), latency])),
    unknownAccounts: v.optional(unknownAccounts),
    ambiguity: v.optional(ambiguity),
    signatureCheck: v.optional(signatureCheck),
  }),
  userSig: v.strictObject({
    identifier: v.optional(text),
    variant: v.optional(v.picklist(userSigVariants)),
  }),
  keys: v.strictObject({ secretKeys: v.pipe(v.array(text), v.nonEmpty()) }),
  snapshot,
}

/** What the client reads. */
export const answers = {
  nothing: v.object({}),
  app: v.object({ sdkAppId, secretKey: text, adminId: text }),
  health: v.object({
    status: v.literal('ok'),
    sdkAppId,
    adminId: text,
    randomSeed: count,
    users: count,
    calls: count,
    maxCallsInAnySecond: count,
    largestBatch: count,
    duplicateUsersInACall: count,
    badSignatures: count,
    usersAsked: count,
  }),
  seeded: v.object({ seeded: count }),
  userDeleted: v.object({ deleted: v.boolean() }),
  deleted: v.object({ deleted: count }),
  fault,
  faults: v.object({ faults: v.array(fault) }),
  requests: v.object({
    requests: v.array(
      v.object({
        seq: count,
        atMs: v.number(),
        method: v.string(),
        path: v.string(),
        accounts: v.array(v.string()),
        faults: v.array(v.string()),
        status: v.exactOptional(count),
        errorCode: v.exactOptional(count),
        durationMs: v.exactOptional(v.number()),
      }),
    ),
    dropped: count,
  }),
  verified: v.object({ calls: count }),
  notVerified: v.object({
    error: v.string(),
    calls: count,
    nearest: v.array(v.object({ account: v.string(), calls: count })),
  }),
  clock: v.object({ now: v.string(), nowMs: v.number(), advancedMs: v.number() }),
  settings: v.object({ ...settingMembers, latency: v.string() }),
  userSig: v.object({
    sdkAppId,
    identifier: v.string(),
    variant: v.picklist(userSigVariants),
    usersig: text,
  }),
  snapshot,
  error: v.object({ error: v.string() }),
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTags(value: unknown): boolean {
  return Array.isArray(value) && value.every((tag) => typeof tag === 'string')
}
