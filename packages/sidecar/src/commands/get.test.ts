import { describe, expect, test } from 'vitest'

import { clientSources, createTerminal } from '../../tests/support/client-under-test.ts'
import { ConfigError } from '../config/config.ts'
import { get } from './get.ts'
import { type Ask, NoAnswerError, type Question } from './sidecar-answer.ts'
import { UsageError } from './usage-error.ts'

const fetchedAt = '2026-11-23T05:42:00.123Z'

/** Answers every user with one tag, but ghost. */
function fakeSidecar() {
  const questions: Question[] = []
  const ask: Ask = async (_, question) => {
    questions.push(question)
    const { users }: { users: string[] } = JSON.parse(question.body ?? '')
    return { status: 200, body: JSON.stringify({ results: users.map(result) }) }
  }
  return { ask, questions }
}

const unknownUser = {
  code: 'unknown-user',
  message: 'Tencent does not know this account',
  upstreamCode: 70107,
  retryable: false,
}

function result(user: string): object {
  return user === 'ghost' ? { user, error: unknownUser } : { user, tags: ['A'], fetchedAt }
}

const answering =
  (status: number, body: unknown): Ask =>
  async () => ({ status, body: typeof body === 'string' ? body : JSON.stringify(body) })

const problem = (status: number, code: string, more: object = {}): object => ({
  status,
  code,
  detail: `detail of ${code}`,
  retryable: false,
  ...more,
})

describe('tagside get', () => {
  test('prints one JSON document, with a result for each user in their order, and exits 0', async () => {
    const { terminal, stdout, stderr } = createTerminal()
    const status = await get(clientSources(['b', 'a', 'b']), terminal, fakeSidecar().ask)
    expect([status, stderr()]).toEqual([0, ''])
    expect(JSON.parse(stdout())).toEqual({ results: ['b', 'a', 'b'].map(result) })
    expect(stdout()).toMatch(/^\{.*\}\n$/)
  })

  test('prints a table on a terminal', async () => {
    const { terminal, stdout } = createTerminal({ isTTY: true })
    await get(clientSources(['xiaoming', 'ghost']), terminal, fakeSidecar().ask)
    expect(stdout()).toMatch(
      /^USER {6}AGE +TAGS\nxiaoming {2}\S+ +A\nghost {5}- +unknown-user: Tencent does not know/,
    )
  })

  test('exits 1 if a user failed, and answers the others', async () => {
    const { terminal, stdout } = createTerminal()
    expect(await get(clientSources(['ghost', 'a']), terminal, fakeSidecar().ask)).toBe(1)
    expect(JSON.parse(stdout())).toEqual({ results: ['ghost', 'a'].map(result) })
  })

  test('asks for no more users at once than the sidecar takes', async () => {
    const { ask, questions } = fakeSidecar()
    const users = Array.from({ length: 2_001 }, (_, index) => `user-${index}`)
    const { terminal, stdout } = createTerminal()
    expect(await get(clientSources(users), terminal, ask)).toBe(0)
    expect(questions).toHaveLength(3)
    expect(JSON.parse(stdout())).toEqual({ results: users.map(result) })
    const few = fakeSidecar()
    await get(clientSources(['--max-users-per-request=1', 'a', 'b']), terminal, few.ask)
    expect(few.questions).toHaveLength(2)
  })

  test('asks with no longer a body than the sidecar takes', async () => {
    const { ask, questions } = fakeSidecar()
    const users = Array.from({ length: 1_000 }, (_, index) => `${'"'.repeat(124)}${index + 1_000}`)
    await get(clientSources(users), createTerminal().terminal, ask)
    const bytes = questions.map(({ body = '' }) => Buffer.byteLength(body))
    expect(bytes).toHaveLength(2)
    expect(Math.max(...bytes)).toBeLessThan(256 * 1024)
  })

  test('takes what stands behind -- for users', async () => {
    const { ask, questions } = fakeSidecar()
    await get(clientSources(['a', '--', '--ttl', '-x']), createTerminal().terminal, ask)
    expect(questions[0]?.body).toBe('{"users":["a","--ttl","-x"]}')
  })

  test('sends the access token, and none if there is none', async () => {
    const { ask, questions } = fakeSidecar()
    const { terminal } = createTerminal()
    await get(clientSources(['a'], { TAGSIDE_ACCESS_TOKEN: 'canary' }), terminal, ask)
    await get(clientSources(['a']), terminal, ask)
    const file = { TAGSIDE_ACCESS_TOKEN_FILE: '/run/token' }
    await get({ ...clientSources(['a'], file), readFile: () => 'canary\n' }, terminal, ask)
    expect(questions.map(({ headers }) => headers?.['Authorization'])).toEqual([
      'Bearer canary',
      undefined,
      'Bearer canary',
    ])
  })
})

describe('tagside get fails,', () => {
  test('each user for the reason that all failed for', async () => {
    const { terminal, stdout } = createTerminal()
    const body = problem(502, 'upstream-credentials', { upstreamCode: 70009 })
    expect(await get(clientSources(['a', 'b']), terminal, answering(502, body))).toBe(1)
    const error = {
      code: 'upstream-credentials',
      message: 'detail of upstream-credentials',
      upstreamCode: 70009,
      retryable: false,
    }
    expect(JSON.parse(stdout())).toEqual({
      results: [
        { user: 'a', error },
        { user: 'b', error },
      ],
    })
  })

  test.each([
    [
      'without the token that is needed',
      answering(401, problem(401, 'unauthorized')),
      'the sidecar refuses to answer: detail of unauthorized; give it with --access-token-file or TAGSIDE_ACCESS_TOKEN',
    ],
    [
      'when the sidecar takes fewer users',
      answering(400, problem(400, 'invalid-request')),
      'the sidecar refuses to answer: detail of invalid-request; see --max-users-per-request',
    ],
    [
      'when something else answers there',
      answering(200, '<html>'),
      "what answers on 127.0.0.1:7430 is no tagside sidecar (HTTP status 200); give the sidecar's own address with --listen",
    ],
    [
      'when what answers is nearly right',
      answering(200, { results: [{ user: 'a', tags: 'A', fetchedAt }] }),
      "what answers on 127.0.0.1:7430 is no tagside sidecar (HTTP status 200); give the sidecar's own address with --listen",
    ],
    [
      'when nobody answers',
      () => Promise.reject(new NoAnswerError('127.0.0.1:7430: nobody listens there')),
      '127.0.0.1:7430: nobody listens there; start the sidecar with tagside serve, or say where it listens with --listen or TAGSIDE_LISTEN',
    ],
  ])('%s, and says what to do', async (_, ask, message) => {
    const { terminal, stdout, stderr } = createTerminal()
    expect(await get(clientSources(['a']), terminal, ask)).toBe(1)
    expect([stdout(), stderr()]).toEqual(['', `tagside: ${message}\n`])
  })

  test('before it asks, when no user is named, or one that cannot be', async () => {
    const { terminal } = createTerminal()
    const { ask, questions } = fakeSidecar()
    await expect(get(clientSources([]), terminal, ask)).rejects.toThrow(
      new UsageError('get: expected at least one user, such as tagside get xiaoming'),
    )
    await expect(get(clientSources(['a', '', 'canary\n']), terminal, ask)).rejects.toThrow(
      new UsageError('get: user 2 is empty; user 3 has control characters'),
    )
    expect(questions).toEqual([])
  })

  test('when its settings are wrong, and repeats no secret', async () => {
    const sources = clientSources(['a', '--tokn'], {
      TAGSIDE_ACCESS_TOKEN: 'canary-token',
      TAGSIDE_LISTEN: 'canary-token',
      TAGSIDE_TLL: '1s',
      TAGSIDE_REGION: 'mars',
    })
    await expect(get(sources, createTerminal().terminal, fakeSidecar().ask)).rejects.toThrow(
      new ConfigError([
        '--tokn: there is no such flag; see tagside get --help; a user whose id begins with a dash goes behind --',
        'TAGSIDE_TLL: there is no such setting; did you mean TAGSIDE_TTL?',
        'TAGSIDE_LISTEN "[secret]": expected HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:7430, or unix:/path/to.sock',
      ]),
    )
    const file = clientSources(['a'], { TAGSIDE_ACCESS_TOKEN_FILE: '/run/token' })
    await expect(get(file, createTerminal().terminal, fakeSidecar().ask)).rejects.toThrow(
      'TAGSIDE_ACCESS_TOKEN_FILE "/run/token": expected a file that exists and can be read, but there is no such file',
    )
  })
})
