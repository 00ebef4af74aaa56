import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import manifest from '../package.json' with { type: 'json' }
import { readConfig } from '../src/config/read-config.ts'
import { drain } from '../src/drain.ts'
import { createLog } from '../src/observe/log.ts'
import { wire } from '../src/wire.ts'
import { environmentFor, type StartedSidecar, startSidecar } from './support/start-sidecar.ts'

let started: StartedSidecar

beforeAll(async () => {
  started = await startSidecar()
})
afterAll(() => started[Symbol.asyncDispose]())

const probes = ['/livez', '/readyz', '/startupz']

function ask(path: string, method = 'GET'): Promise<Response> {
  return fetch(started.opsUrl + path, { method })
}

describe.each(probes)('GET %s', (path) => {
  test('is 200 from the first moment on', async () => {
    const response = await ask(path)
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(await response.json()).toEqual({ status: 'ok' })
  })

  test('takes HEAD', async () => {
    const response = await ask(path, 'HEAD')
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })

  test('does not ask Tencent, and does not mind its outage', async () => {
    const outage = started.fake.fault('reset')
    const lookup = await fetch(`${started.url}/v1/users/xiaoming/tags`)
    expect(lookup.status).toBeGreaterThanOrEqual(502)
    const { calls } = started.fake.stats
    expect((await ask(path)).status).toBe(200)
    expect(started.fake.stats.calls).toBe(calls)
    outage.remove()
  })
})

test('GET /version tells the version of the package and that of Node', async () => {
  expect(await (await ask('/version')).json()).toEqual({
    version: manifest.version,
    node: process.version,
  })
})

describe('what is not there', () => {
  test.each(['/index.html', '/livez/', '/v1/users/xiaoming/tags', '/v4/timpush/get_tag', '/debug'])(
    'GET %s is 404',
    async (path) => {
      const response = await ask(path)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ status: 404, code: 'not-found' })
    },
  )

  test.each(
    [...probes, '/version', '/', '/status.json', '/nothing'].flatMap((path) =>
      ['POST', 'PUT', 'DELETE', 'OPTIONS'].map((method) => [method, path]),
    ),
  )('%s %s is 405: only GET and HEAD', async (method, path = '') => {
    const response = await ask(path, method)
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('GET, HEAD')
    expect(await response.json()).toMatchObject({ status: 405, code: 'method-not-allowed' })
  })
})

test('before the data listener accepts connections a sidecar is alive, but neither started nor ready', async () => {
  const environment = environmentFor(started.fake, started.url)
  const config = readConfig({ argv: [], environment, readFile: () => '' })
  const starting = wire(config, createLog('silent', { write: () => undefined }))
  const opsUrl = await starting.ops?.listen()
  const answers = (): Promise<unknown> =>
    Promise.all(probes.map(async (path) => (await fetch(`${opsUrl}${path}`)).json()))
  const unready = { status: 'unready', reasons: ['starting'] }
  expect(await answers()).toEqual([{ status: 'ok' }, unready, unready])
  await starting.data.listen()
  expect(await answers()).toEqual(Array.from(probes, () => ({ status: 'ok' })))
  await drain(starting, 0, createLog('silent', { write: () => undefined }))
})

test('a draining sidecar is alive and started, but not ready', async () => {
  await using draining = await startSidecar()
  draining.sidecar.beginDrain()
  const statuses = await Promise.all(
    probes.map(async (path) => (await fetch(draining.opsUrl + path)).status),
  )
  expect(statuses).toEqual([200, 503, 200])
  const readiness = await fetch(`${draining.opsUrl}/readyz`)
  expect(await readiness.json()).toEqual({ status: 'unready', reasons: ['draining'] })
})

test('off means that there is no ops listener', async () => {
  await using alone = await startSidecar({ TAGSIDE_OPS_LISTEN: 'off' })
  expect(alone.opsUrl).toBe('off')
  expect(alone.sidecar.ops).toBeUndefined()
  expect((await fetch(`${alone.url}/v1/users/xiaoming/tags`)).status).toBe(200)
})
