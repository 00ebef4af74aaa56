import { addressText } from '../config/addresses.ts'
import { type ClientConfig, readClientConfig } from '../config/client-config.ts'
import type { ConfigSources } from '../config/given-values.ts'
import { userIdProblem } from '../http/user-id.ts'
import { commands } from './commands.ts'
import { addressCure } from './sidecar-address.ts'
import { type Ask, ask as askSidecar, NoAnswerError } from './sidecar-answer.ts'
import { readAnswer, type TagResult } from './tag-results.ts'
import { tagTable } from './tag-table.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** No request of a sidecar takes longer than 10 s; some time is left for the way. */
const ANSWER_TIMEOUT_MS = 15_000
/** A sidecar takes bodies of 256 KiB. */
const BODY_MAX_BYTES = 200 * 1024

/**
 * `tagside get`: asks the running sidecar for users, and prints a table on a terminal, JSON otherwise. Returns the exit status: 1 if a user failed, or if
 * there was no answer.
 */
export async function get(
  sources: ConfigSources,
  terminal: Terminal,
  ask: Ask = askSidecar,
): Promise<0 | 1> {
  const config = readClientConfig(sources, commands.get.line)
  const users = checkedUsers(config.others)
  const results: TagResult[] = []
  for (const some of chunks(users, config.maxUsersPerRequest)) {
    const answered = await answerFor(some, config, ask)
    if (typeof answered === 'string') {
      terminal.stderr.write(`tagside: ${answered}\n`)
      return 1
    }
    results.push(...answered)
  }
  const isTable = terminal.stdout.isTTY === true
  terminal.stdout.write(
    isTable ? tagTable(results, Date.now()) : `${JSON.stringify({ results })}\n`,
  )
  return results.some((result) => 'error' in result) ? 1 : 0
}

function checkedUsers(users: readonly string[]): readonly string[] {
  if (users.length === 0)
    throw new UsageError('get: expected at least one user, such as tagside get xiaoming')
  const problems = users.flatMap((user, index) => {
    const problem = userIdProblem(user)
    return problem === undefined ? [] : `user ${index + 1} ${problem}`
  })
  if (problems.length > 0) throw new UsageError(`get: ${problems.join('; ')}`)
  return users
}

/** Returns a result for each user, or why there is none for anybody and what to do. */
async function answerFor(
  users: readonly string[],
  { listen, accessToken }: ClientConfig,
  ask: Ask,
): Promise<readonly TagResult[] | string> {
  const token = accessToken === undefined ? {} : { Authorization: `Bearer ${accessToken}` }
  try {
    const { status, body } = await ask(listen, {
      method: 'POST',
      path: '/v1/tags:batchGet',
      headers: { 'Content-Type': 'application/json', ...token },
      body: JSON.stringify({ users }),
      timeoutMs: ANSWER_TIMEOUT_MS,
    })
    const answer = readAnswer(body)
    if (answer === undefined)
      return `what answers on ${addressText(listen)} is no tagside sidecar (HTTP status ${status}); give the sidecar's own address with --listen`
    if (!('detail' in answer)) return answer
    // Below 500 it is about how was asked, and so about no user; else each of them failed for that reason.
    if (status < 500)
      return `the sidecar refuses to answer: ${answer.detail}${cure(status, answer.code)}`
    const { code, detail, retryable, upstreamCode } = answer
    const more = upstreamCode === undefined ? {} : { upstreamCode }
    return users.map((user) => ({ user, error: { code, message: detail, ...more, retryable } }))
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error
    return `${error.message}; ${addressCure(listen, 'listen')}`
  }
}

function cure(status: number, code: string): string {
  if (status === 401) return '; give it with --access-token-file or TAGSIDE_ACCESS_TOKEN'
  return code === 'invalid-request' ? '; see --max-users-per-request' : ''
}

/** Users in requests that the sidecar takes, neither too many nor too long. */
function* chunks(users: readonly string[], usersMax: number): Generator<readonly string[]> {
  let chunk: string[] = []
  let bytes = 0
  for (const user of users) {
    const more = Buffer.byteLength(JSON.stringify(user)) + 1
    if (chunk.length === usersMax || bytes + more > BODY_MAX_BYTES) {
      yield chunk
      chunk = []
      bytes = 0
    }
    chunk.push(user)
    bytes += more
  }
  yield chunk
}
