import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { METHODS } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createFakeUpstream } from '../support/fake-upstream.ts'
import { problemOf } from '../support/problem-of.ts'
import { startProgram } from '../support/program.ts'
import { rawRequest } from '../support/raw-http.ts'
import { environmentFor, type StartedSidecar, startSidecar } from '../support/start-sidecar.ts'
import { buildSidecar } from './support/built-sidecar.ts'

const document = new URL('../../../../docs/security.md', import.meta.url)
const forbiddenActs = fileURLToPath(new URL('support/forbidden-acts.mjs', import.meta.url))

/** The flags of Node that the document recommends, for these places in place of its own. */
async function documentedFlags(places: {
  readonly program: string
  readonly secrets: string
}): Promise<string[]> {
  const text = await readFile(document, 'utf8')
  const [, command = ''] = /```sh\nnode ((?:.*\\\n)+)/.exec(text) ?? []
  const flags = command.split(/[\s\\]+/).filter((word) => word.startsWith('--'))
  return flags.map((flag) =>
    flag
      .replace('/opt/tagside/', `${places.program}/`)
      .replace('/run/secrets/tagside/', `${places.secrets}/`),
  )
}

test('T20: the built sidecar serves under the flags of docs/security.md, under which no program, thread, file or code can be made', async () => {
  await using built = await buildSidecar()
  const secrets = await realpath(await mkdtemp(join(tmpdir(), 'tagside-secrets-')))
  const fake = createFakeUpstream()
  await using upstream = await fake.listen({ port: 0 })
  const { TAGSIDE_SECRET_KEY: key = '', ...environment } = environmentFor(fake, upstream.url)
  await writeFile(join(secrets, 'key'), key)
  const flags = await documentedFlags({ program: built.directory, secrets })
  expect(flags.slice(0, 2)).toEqual(['--permission', '--allow-net'])

  await using program = startProgram(['--secret-key-file', join(secrets, 'key')], environment, [
    ...flags,
    built.main,
  ])
  const { url, opsUrl } = await program.logged('listening')
  const answer = await fetch(`${url}/v1/users/xiaoming/tags`)
  expect(await answer.json()).toMatchObject({ tags: ['GoldMember', 'WeekPassUser'] })
  const pages = ['/readyz', '/metrics', '/', '/status.json'].map((path) => `${opsUrl}${path}`)
  for (const page of [...pages, `${url}/openapi.json`]) expect((await fetch(page)).status).toBe(200)
  program.child.kill('SIGTERM')
  const { status, stderr } = await program.ended
  // Node says that --allow-net is new; nothing else is wrong.
  expect([
    status,
    stderr.replaceAll(/^.*(?:ExperimentalWarning|trace-warnings).*\n/gm, ''),
  ]).toEqual([0, ''])

  const acts = join(built.directory, 'forbidden-acts.mjs')
  await cp(forbiddenActs, acts)
  const argv = [...flags, acts, '/etc/passwd']
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env: {} })
  expect(JSON.parse(stdout)).toEqual({
    'start a program': 'ERR_ACCESS_DENIED',
    'start a thread': 'ERR_ACCESS_DENIED',
    'write a file': 'ERR_ACCESS_DENIED',
    'read a file elsewhere': 'ERR_ACCESS_DENIED',
    'load an addon': 'ERR_DLOPEN_DISABLED',
    'run a text': 'EvalError',
    'make a function of a text': 'EvalError',
    'reach a prototype': 'ERR_PROTO_ACCESS',
    'set a prototype': 'ERR_PROTO_ACCESS',
  })
  await rm(secrets, { recursive: true })
})

let started: StartedSidecar

beforeAll(async () => {
  started = await startSidecar()
})
afterAll(() => started[Symbol.asyncDispose]())

describe('T21: no page', () => {
  const paths = [
    '/',
    '/index.html',
    '/docs',
    '/docs/',
    '/api',
    '/swagger',
    '/openapi',
    '/ui',
    '/reference',
  ]

  test.each(paths)('at %s loads or links anything from elsewhere', async (path) => {
    for (const url of [started.url, started.opsUrl]) {
      const response = await fetch(url + path)
      const html = await response.text()
      // Of addresses in text there may be some, of such that are fetched none.
      expect(html).not.toMatch(
        /(?:src|href|srcset|action|url\(|@import|from|import\()[\s=('"]*(?:https?:)?\/\//i,
      )
      const policy = response.headers.get('Content-Security-Policy')
      if (html.includes('<html')) expect(policy).toMatch(/^default-src 'none'/)
    }
  })

  test.each(paths.slice(1))('is at %s of either listener', async (path) => {
    expect((await fetch(started.url + path)).status).toBe(404)
    expect((await fetch(started.opsUrl + path)).status).toBe(404)
  })
})

describe('T22: a method that a path does not take is refused with 405 method-not-allowed:', () => {
  const posts = [
    '/v1/tags:batchGet',
    '/v1/cache:invalidate',
    '/v4/timpush/get_tag',
    '/v4/all_member_push/im_get_tag',
  ]
  const others = METHODS.filter((method) => !['GET', 'HEAD', 'POST', 'CONNECT'].includes(method))
  const refusals = [
    ...['POST', ...others].map((method) => [method, '/v1/users/xiaoming/tags', 'GET, HEAD']),
    ...posts.flatMap((path) => ['GET', 'HEAD', ...others].map((method) => [method, path, 'POST'])),
  ]

  test.each(refusals)('%s %s', async (method = '', path = '', allow) => {
    const { calls } = started.fake.stats
    const response = await rawRequest(started.url, `${method} ${path} HTTP/1.1`, 'Host: localhost')
    expect(response.headers.get('Allow')).toBe(allow)
    if (method === 'HEAD') expect(response.status).toBe(405)
    else
      expect(await problemOf(response)).toMatchObject({ status: 405, code: 'method-not-allowed' })
    expect(started.fake.stats.calls).toBe(calls)
  })
})

test('T22: nothing can be changed at the ops listener: it takes GET and HEAD, whatever the path', async () => {
  const paths = ['/', '/livez', '/metrics', '/status.json', '/version', '/v1/cache:invalidate']
  const methods = METHODS.filter((method) => !['GET', 'HEAD', 'CONNECT'].includes(method))
  for (const method of methods) {
    for (const path of paths) {
      const line = `${method} ${path} HTTP/1.1`
      const response = await rawRequest(started.opsUrl, line, 'Host: localhost')
      expect([method, path, response.status]).toEqual([method, path, 405])
    }
  }
})
