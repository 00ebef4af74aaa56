import { describe, expect, test } from 'vitest'

import { clientSources, createTerminal } from '../../tests/support/client-under-test.ts'
import { addressText } from '../config/addresses.ts'
import { healthcheck } from './healthcheck.ts'
import { type Ask, NoAnswerError } from './sidecar-answer.ts'
import { type Time, wait } from './wait.ts'

/** Time that passes only in sleep. */
function fakeTime(): Time {
  let atMs = 5_000
  return {
    now: () => atMs,
    sleep: async (ms) => {
      atMs += ms
    },
  }
}

type Step = number | string

/** Answers with one step after the other, then with the last one for ever; a text is why there is no answer. */
function fakeSidecar(...steps: readonly Step[]) {
  const asked: string[] = []
  const ask: Ask = async (address, { path }) => {
    const step = steps[Math.min(asked.length, steps.length - 1)] ?? 200
    asked.push(`${addressText(address)}${path}`)
    if (typeof step === 'string') throw new NoAnswerError(`${addressText(address)}: ${step}`)
    const body = step === 503 ? '{"status":"unready","reasons":["draining"]}' : '{"status":"ok"}'
    return { status: step, body }
  }
  return { ask, asked }
}

describe('tagside wait', () => {
  test('asks whether the sidecar is ready until it is, prints nothing, and exits 0', async () => {
    const { ask, asked } = fakeSidecar('nobody listens there', 503, 200)
    const { terminal, stdout, stderr } = createTerminal()
    expect(await wait(clientSources([]), terminal, ask, fakeTime())).toBe(0)
    expect([stdout(), stderr()]).toEqual(['', ''])
    expect(asked).toEqual(Array.from({ length: 3 }, () => '127.0.0.1:7431/readyz'))
  })

  test.each<[Step, string]>([
    [503, '127.0.0.1:7431/readyz answered 503: draining'],
    [404, '127.0.0.1:7431/readyz answered 404'],
    [
      'nobody listens there',
      '127.0.0.1:7431: nobody listens there; start the sidecar with tagside serve, or say where it listens with --ops-listen or TAGSIDE_OPS_LISTEN',
    ],
  ])(
    'gives up when the time is over, tells what it saw last (%s), and exits 1',
    async (step, seen) => {
      const { ask, asked } = fakeSidecar(step)
      const { terminal, stdout, stderr } = createTerminal()
      const time = fakeTime()
      const startedAtMs = time.now()
      expect(await wait(clientSources(['--timeout', '1s']), terminal, ask, time)).toBe(1)
      expect(stdout()).toBe('')
      expect(stderr()).toBe(`tagside: not ready within 1 s. Last seen: ${seen}\n`)
      expect(time.now() - startedAtMs).toBeLessThanOrEqual(1_000)
      expect(asked).toHaveLength(11)
    },
  )

  test('asks once when it may not wait at all', async () => {
    const { ask, asked } = fakeSidecar(503)
    const sources = clientSources(['--timeout=0s'])
    expect(await wait(sources, createTerminal().terminal, ask, fakeTime())).toBe(1)
    expect(asked).toHaveLength(1)
  })

  test('waits for 30 s where it is not told otherwise', async () => {
    const { terminal, stderr } = createTerminal()
    await wait(clientSources([]), terminal, fakeSidecar(503).ask, fakeTime())
    expect(stderr()).toContain('not ready within 30 s')
  })

  test('is content with any answer of the data listener where the ops listener is off', async () => {
    const { ask, asked } = fakeSidecar('nobody listens there', 403)
    const sources = clientSources(['--listen', 'unix:/run/tagside.sock'], {
      TAGSIDE_OPS_LISTEN: 'off',
    })
    expect(await wait(sources, createTerminal().terminal, ask, fakeTime())).toBe(0)
    expect(asked.at(-1)).toBe('unix:/run/tagside.sock/')
  })

  test('has a timeout with a unit', async () => {
    const waiting = wait(
      clientSources(['--timeout=30']),
      createTerminal().terminal,
      fakeSidecar().ask,
    )
    await expect(waiting).rejects.toThrow(/--timeout "30": expected .*; did you mean 30s\?$/)
  })

  test('takes no arguments', async () => {
    const waiting = wait(clientSources(['30s']), createTerminal().terminal, fakeSidecar().ask)
    await expect(waiting).rejects.toThrow('1 argument(s) that belong to no flag')
  })
})

describe('tagside healthcheck', () => {
  test('asks once whether the sidecar is alive, prints nothing, and exits 0', async () => {
    const { ask, asked } = fakeSidecar(200)
    const { terminal, stdout, stderr } = createTerminal()
    expect(await healthcheck(clientSources([]), terminal, ask)).toBe(0)
    expect([stdout(), stderr(), asked]).toEqual(['', '', ['127.0.0.1:7431/livez']])
  })

  test('exits 1 if it is not, and says why', async () => {
    const { ask, asked } = fakeSidecar('no answer within 2 s')
    const { terminal, stderr } = createTerminal()
    expect(await healthcheck(clientSources([]), terminal, ask)).toBe(1)
    expect(stderr()).toMatch(/^tagside: not alive\. 127\.0\.0\.1:7431: no answer within 2 s; /)
    expect(asked).toHaveLength(1)
  })

  test('exits 1 if something else answers there, as well as any', async () => {
    const { terminal, stderr } = createTerminal()
    const stranger: Ask = async () => ({ status: 200, body: '{"ActionStatus":"OK"}' })
    expect(await healthcheck(clientSources([]), terminal, stranger)).toBe(1)
    expect(stderr()).toMatch(
      /^tagside: not alive\. what answers on 127\.0\.0\.1:7431 is no tagside ops listener; /,
    )
  })

  test('says what a port of 0 means', async () => {
    const { terminal, stderr } = createTerminal()
    const sources = clientSources([], { TAGSIDE_OPS_LISTEN: '127.0.0.1:0' })
    await healthcheck(sources, terminal, fakeSidecar('nobody listens there').ask)
    expect(stderr()).toContain('its log line "listening" says which: give that with --ops-listen')
  })

  test('needs neither app nor key, and heeds no setting but where the sidecar listens', async () => {
    const sources = clientSources([], {
      TAGSIDE_TTL: '60',
      TAGSIDE_MAX_USERS_PER_REQUEST: '0',
      TAGSIDE_ACCESS_TOKEN_FILE: '/nowhere',
    })
    expect(await healthcheck(sources, createTerminal().terminal, fakeSidecar(200).ask)).toBe(0)
  })
})
