import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

import { afterEach, describe, expect, test } from 'vitest'

const script = fileURLToPath(new URL('start.ts', import.meta.url))
const freePorts = ['--mock-port', '0', '--listen', '127.0.0.1:0', '--ops-listen', '127.0.0.1:0']

const started: ChildProcess[] = []
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null) continue
    child.kill('SIGTERM')
    await once(child, 'close')
  }
})

/** Runs the script until it has printed its curl line, or ended. */
async function start(argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--conditions=source', script, ...argv], {
    env: { PATH: process.env['PATH'], ...environment },
  })
  started.push(child)
  let output = ''
  const hasCurl = new Promise<void>((resolve) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      if (/^curl .*\n$/m.test(output)) resolve()
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
  })
  // `close`, not `exit`: both programs hold the script's standard error, so it comes when no process is left.
  const ended = once(child, 'close').then(([status]) => Number(status))
  await Promise.race([hasCurl, ended])
  return { child, ended, output: () => output }
}

describe('npm start', () => {
  test('prints a curl line, last and alone on its line, that answers with the sample tags', async () => {
    const { child, ended, output } = await start(freePorts)
    const last = output().trimEnd().split('\n').at(-1) ?? ''
    expect(last).toMatch(/^curl http:\/\/127\.0\.0\.1:\d+\/v1\/users\/xiaoming\/tags$/)
    const answer = await fetch(last.slice('curl '.length))
    expect(await answer.json()).toMatchObject({
      user: 'xiaoming',
      tags: ['GoldMember', 'WeekPassUser'],
    })
    child.kill('SIGINT')
    expect(await ended).toBe(0)
  })

  test('leaves no process behind after Ctrl-C, delivered three times as npm and a terminal do', async () => {
    const { child, ended } = await start(freePorts)
    for (let times = 0; times < 3; times += 1) child.kill('SIGINT')
    expect(await ended).toBe(0)
  })

  test('is not led astray by credentials in the environment', async () => {
    const { output } = await start(freePorts, {
      TAGSIDE_REGION: 'singapore',
      TAGSIDE_SECRET_KEY_FILE: '/nowhere',
      TAGSIDE_ACCESS_TOKEN: 'token',
      TAGSIDE_LOG_LEVEL: 'silent',
      TAGSIDE_TTL: '5s',
    })
    expect(output()).toMatch(/^curl /m)
  })

  test('ends with the status and the sentence of the program that cannot start', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = typeof address === 'object' ? address?.port : 0
    const { ended, output } = await start([
      '--mock-port',
      '0',
      '--listen',
      `127.0.0.1:${port}`,
      '--ops-listen',
      'off',
    ])
    expect(await ended).toBe(2)
    expect(output()).toContain(`cannot listen on 127.0.0.1:${port}: another program does already`)
    taken.close()
  })

  test.each(['--help', 'check-config', '--log-level=silent'])(
    'says where %s belongs',
    async (stranger) => {
      const { ended, output } = await start([stranger])
      expect(await ended).toBe(2)
      expect(output()).toContain(`npm run -s tagside -- ${stranger}`)
    },
  )

  test('answers a lookup that is under way before it ends', async () => {
    const { child, ended, output } = await start(freePorts)
    const url = output().match(/^curl (.*)xiaoming/m)?.[1] ?? ''
    const underWay = fetch(`${url}mock_delay_700/tags`)
    // Answered by the same event loop after the lookup was accepted.
    await fetch(`${url}xiaohong/tags`)
    child.kill('SIGTERM')
    expect((await underWay).status).toBe(200)
    expect(await ended).toBe(0)
  })

  test('ends with the report of a wrong flag', async () => {
    const { ended, output } = await start([...freePorts, '--tll', '5s'])
    expect(await ended).toBe(2)
    expect(output()).toContain('--tll: there is no such flag')
  })
})
