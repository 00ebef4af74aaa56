import { type Context, Hono } from 'hono'
import * as v from 'valibot'

import type { Failure, FailureCode, Outcome } from '../lookup/outcome.ts'
import type { TagLookup } from '../lookup/tag-lookup.ts'
import { truthHeaders } from './answer.ts'
import { type FaceOptions, requestId, wishesOf } from './caller.ts'
import { oneReason } from './one-reason.ts'
import { Problem, type ProblemCode } from './problem.ts'
import { readJson } from './request-body.ts'
import { getTagBody } from './schemas.ts'

/** Codes of Tencent's that existing clients already understand, for the sidecar's own failures. */
const OWN_CODES: Readonly<Record<FailureCode, number>> = {
  'deadline-exceeded': 60008,
  'only-if-cached': 60008,
  overloaded: 60018,
  'upstream-throttled': 60018,
  'upstream-unreachable': 91000,
  'upstream-invalid-reply': 91000,
  'upstream-error': 91000,
  'upstream-credentials': 91000,
  'upstream-unavailable': 91000,
  'internal-error': 91000,
}

/** What is wrong with a request beside its accounts, in Tencent's codes; other problems are no answer about tags. */
const PROBLEM_CODES: ReadonlyMap<ProblemCode, number> = new Map([
  ['invalid-request', 60002],
  ['deadline-exceeded', 60008],
])

/** What a whole call or one account failed with, as Tencent writes it. */
interface TencentFailure {
  readonly ErrorInfo: string
  readonly ErrorCode: number
}

/**
 * The drop-in face: Tencent's own request and reply, so that an existing client changes its host and nothing else. HTTP 200
 * for every answer about tags. The query string may say anything; its UserSig is neither checked nor forwarded.
 */
export function dropinRoutes(lookup: TagLookup, options: FaceOptions): Hono {
  const app = new Hono()

  const getTag = async (c: Context): Promise<Response> => {
    if (options.isDraining()) {
      return fail(c, refusal(60018, 'the sidecar is shutting down; ask again later'))
    }
    const wishes = wishesOf(c, options.now(), options)
    const accounts = accountsIn(await readJson(c, wishes.deadlineMs - options.now()))
    if (!Array.isArray(accounts)) return fail(c, accounts)
    const outcomes = await lookup.lookup(accounts, wishes)
    const headers = truthHeaders(outcomes, options.now())
    const failure = oneReason(outcomes)
    if (failure !== undefined) return fail(c, tencentFailure(failure), headers)
    return send(c, partialReply(accounts, outcomes), headers)
  }

  app.onError((error, c) => {
    const code = error instanceof Problem ? PROBLEM_CODES.get(error.code) : undefined
    if (code === undefined) throw error
    return fail(c, refusal(code, error.message))
  })
  app.post('/v4/timpush/get_tag', getTag)
  app.post('/v4/all_member_push/im_get_tag', getTag)
  return app
}

/** Tencent's codes for what can be wrong with a body, by the part of the schema that refuses it; 90001 for all else. */
const BODY_CODES: ReadonlyMap<string, number> = new Map([
  ['max_length', 90018],
  ['guard', 60015],
])

/** Returns the distinct accounts in the order of the request, or why Tencent would refuse the call. */
function accountsIn(body: unknown): string[] | TencentFailure {
  const result = v.safeParse(getTagBody, body)
  if (result.success) return [...new Set(result.output.To_Account)]
  const [{ type, message }] = result.issues
  return refusal(BODY_CODES.get(type) ?? 90001, message)
}

function refusal(code: number, text: string): TencentFailure {
  return { ErrorInfo: `tagside: ${text}`, ErrorCode: code }
}

/** Tencent's own failure passes through unchanged; the sidecar's say so. */
function tencentFailure(failure: Failure): TencentFailure {
  if (failure.upstream !== undefined) {
    return { ErrorInfo: failure.upstream.text, ErrorCode: failure.upstream.code }
  }
  return refusal(OWN_CODES[failure.code], failure.message)
}

/** The tags are joined in as the text they are cached as; nothing is parsed or written twice. */
function partialReply(accounts: readonly string[], outcomes: readonly Outcome[]): string {
  const userTags: string[] = []
  const errorList: string[] = []
  for (const [index, outcome] of outcomes.entries()) {
    const account = accounts[index]
    if (account === undefined) continue
    if (outcome.kind === 'known') {
      userTags.push(`{"To_Account":${JSON.stringify(account)},"Tags":${outcome.tagsJson}}`)
      continue
    }
    const { ErrorCode, ErrorInfo } =
      outcome.kind === 'failed'
        ? tencentFailure(outcome.failure)
        : { ErrorCode: 70107, ErrorInfo: '' }
    errorList.push(JSON.stringify({ To_Account: account, ErrorCode, ErrorInfo }))
  }
  const errors = errorList.length === 0 ? '' : `,"ErrorList":[${errorList.join(',')}]`
  return `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"UserTags":[${userTags.join(',')}]${errors}}`
}

function fail(
  c: Context,
  failure: TencentFailure,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return send(c, JSON.stringify({ ActionStatus: 'FAIL', ...failure }), headers)
}

function send(c: Context, body: string, headers: Readonly<Record<string, string>>): Response {
  return new Response(body, {
    headers: { 'Content-Type': 'application/json', 'X-Request-Id': requestId(c), ...headers },
  })
}
