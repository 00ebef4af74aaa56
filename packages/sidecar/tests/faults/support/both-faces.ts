import * as v from 'valibot'
import { expect } from 'vitest'

/** What both faces tell of one user, in words. */
export interface Told {
  readonly rest: string
  readonly dropin: string
}

type Headers = Readonly<Record<string, string>>

const one = v.looseObject({ tags: v.array(v.string()), stale: v.optional(v.literal(true)) })
const problem = v.looseObject({ status: v.number(), code: v.string() })
const failure = v.object({ code: v.string() })
const batch = v.object({
  results: v.array(
    v.looseObject({
      tags: v.optional(v.array(v.string())),
      stale: v.optional(v.literal(true)),
      error: v.optional(failure),
    }),
  ),
})
const entry = v.object({ To_Account: v.string(), ErrorCode: v.number(), ErrorInfo: v.string() })
const envelope = v.object({
  ActionStatus: v.picklist(['OK', 'FAIL']),
  ErrorCode: v.number(),
  ErrorInfo: v.string(),
  UserTags: v.optional(
    v.array(v.object({ To_Account: v.string(), Tags: v.array(v.string()) })),
    [],
  ),
  ErrorList: v.optional(v.array(entry), []),
})

/** Asks both faces of the sidecar at `url` for one user, one after the other. */
export async function told(url: string, user: string, headers: Headers = {}): Promise<Told> {
  return {
    rest: await restTells(url, user, headers),
    dropin: await dropinTells(url, user, headers),
  }
}

/** `fetched GoldMember`, `fresh GoldMember`, `stale GoldMember`, `fetched no tags`, or `502 upstream-error`. */
export async function restTells(url: string, user: string, headers: Headers = {}): Promise<string> {
  const path = `/v1/users/${encodeURIComponent(user)}/tags`
  return restSays(await fetch(url + path, { headers }))
}

/** Reads an answer of the REST face about one user. */
async function restSays(response: Response): Promise<string> {
  const body = await bodyOf(response)
  if (!response.ok) {
    const { status, code } = v.parse(problem, body)
    expect(status).toBe(response.status)
    return `${status} ${code}`
  }
  const { tags, stale } = v.parse(one, body)
  const how = sourceOf(response)
  expect(stale === true).toBe(how === 'stale')
  return inWords(how, tags)
}

/** As {@link restTells} where there are tags; otherwise `FAIL 91000 of tagside`, `FAIL 70009 of Tencent` or `ErrorList 70107`. */
export async function dropinTells(
  url: string,
  user: string,
  headers: Headers = {},
): Promise<string> {
  const response = await postJson(`${url}/v4/timpush/get_tag`, { To_Account: [user] }, headers)
  const answer = { status: response.status, body: await bodyOf(response) }
  expect(answer).toMatchObject({ status: 200 })
  const reply = v.parse(envelope, answer.body)
  if (reply.ActionStatus === 'FAIL') {
    const whose = reply.ErrorInfo.startsWith('tagside: ') ? 'tagside' : 'Tencent'
    return `FAIL ${reply.ErrorCode} of ${whose}`
  }
  const [found] = reply.UserTags
  if (found !== undefined) return inWords(sourceOf(response), found.Tags)
  return `ErrorList ${reply.ErrorList[0]?.ErrorCode}`
}

/** Asks for several users by `tags:batchGet`: for each its tags or the code of its error; one word if all failed for one reason. */
export async function restTellsAll(
  url: string,
  users: readonly string[],
  headers: Headers = {},
): Promise<readonly string[] | string> {
  const response = await postJson(`${url}/v1/tags:batchGet`, { users }, headers)
  if (!response.ok) return restSays(response)
  const { results } = v.parse(batch, await bodyOf(response))
  return results.map(({ tags, stale, error }) =>
    tags === undefined ? (error?.code ?? '') : (stale === true ? 'stale ' : '') + listed(tags),
  )
}

/** Asks for several users by the drop-in face: for each its tags or the code of its entry in `ErrorList`. */
export async function dropinTellsAll(
  url: string,
  users: readonly string[],
  headers: Headers = {},
): Promise<readonly string[] | string> {
  const response = await postJson(`${url}/v4/timpush/get_tag`, { To_Account: users }, headers)
  const { ActionStatus, ErrorCode, UserTags, ErrorList } = v.parse(envelope, await bodyOf(response))
  if (ActionStatus === 'FAIL') return `FAIL ${ErrorCode}`
  const said = new Map([
    ...UserTags.map(({ To_Account, Tags }): [string, string] => [To_Account, listed(Tags)]),
    ...ErrorList.map((error): [string, string] => [error.To_Account, String(error.ErrorCode)]),
  ])
  return users.map((user) => said.get(user) ?? 'nothing')
}

export function postJson(url: string, body: unknown, headers: Headers = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

/** Whatever came from upstream in place of a reply is marked, and must never be passed on. */
async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text()
  expect(text).not.toMatch(/canary|nginx/)
  return JSON.parse(text)
}

function sourceOf(response: Response): 'fresh' | 'stale' | 'fetched' {
  expect(response.headers.get('Age')).toMatch(/^\d+$/)
  const status = response.headers.get('Cache-Status') ?? ''
  if (status.includes('fwd=miss')) return 'fetched'
  return status.includes('detail=stale') ? 'stale' : 'fresh'
}

const inWords = (how: string, tags: readonly string[]): string => `${how} ${listed(tags)}`

const listed = (tags: readonly string[]): string => (tags.length === 0 ? 'no tags' : tags.join(' '))
