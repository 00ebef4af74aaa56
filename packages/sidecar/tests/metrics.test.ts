import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type Exposition, scrape } from './support/exposition.ts'
import { type StartedSidecar, startSidecar } from './support/start-sidecar.ts'

let started: StartedSidecar
let atFirst: Exposition

beforeAll(async () => {
  started = await startSidecar()
  atFirst = await scrape(started.opsUrl)
})
afterAll(() => started[Symbol.asyncDispose]())

const batchGet = (users: readonly string[]): Promise<Response> =>
  fetch(`${started.url}/v1/tags:batchGet`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ users }),
  })

describe('GET /metrics', () => {
  test.each([
    ...['fresh', 'stale', 'unknown', 'coalesced', 'miss'].map(
      (result) => `tagside_lookups_total{result="${result}"}`,
    ),
    'tagside_lookup_outcomes_total{outcome="fetched"}',
    'tagside_cache_entries',
    'tagside_cache_bytes',
    'tagside_cache_evictions_total{reason="capacity"}',
    'tagside_upstream_calls_total{result="answered"}',
    'tagside_upstream_call_duration_seconds_count',
    'tagside_batch_users_bucket{le="100"}',
    'tagside_batch_seats_total{class="ride-along"}',
    'tagside_queue_users{class="foreground"}',
    'tagside_queue_wait_seconds_count',
    'tagside_shed_users_total{reason="overloaded"}',
    'tagside_upstream_window_calls',
    'tagside_breaker_state{name="upstream"}',
    'tagside_breaker_state{name="credentials"}',
    'tagside_upstream_retries_total',
    'tagside_credentials_expiry_timestamp_seconds',
    'tagside_http_requests_total{route="/v1/users/{id}/tags",method="GET",status="200"}',
    'tagside_http_request_duration_seconds_bucket{le="0.0001"}',
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_seconds',
  ])('has %s before anything happened', (series) => {
    expect(atFirst.series).toContain(series)
  })

  test('counts each request to the data listener once, by route, method and status', async () => {
    const before = await scrape(started.opsUrl)
    const user = '/v1/users/xiaoming/tags'
    for (const [path, method] of [
      [user, 'GET'],
      [user, 'GET'],
      [user, 'HEAD'],
      [user, 'DELETE'],
      ['/v1/users/nobody-knows/tags', 'GET'],
      ['/somewhere', 'GET'],
      ['/openapi.json', 'GET'],
    ] as const)
      await (await fetch(started.url + path, { method })).arrayBuffer()
    await (await fetch(started.url + user, { headers: { Origin: 'http://a.example' } })).text()
    await (await batchGet(['xiaoming', 'xiaohong', 'ghost'])).text()
    await (await batchGet([])).text()
    const after = await scrape(started.opsUrl)
    const route = '/v1/users/{id}/tags'
    const more = (labels: Readonly<Record<string, string>>): number =>
      after.sum('http_requests_total', labels) - before.sum('http_requests_total', labels)
    expect(more({ route, method: 'GET', status: '200' })).toBe(2)
    expect(more({ route, method: 'GET', status: '404' })).toBe(1)
    expect(more({ route, method: 'GET', status: '403' })).toBe(1)
    expect(after.sum('http_requests_total', { route, method: 'HEAD' })).toBe(1)
    expect(after.sum('http_requests_total', { route, method: 'other', status: '405' })).toBe(1)
    expect(more({ route: 'other' })).toBe(1)
    expect(more({ route: '/openapi.json', status: '200' })).toBe(1)
    expect(more({ route: '/v1/tags:batchGet', status: '200' })).toBe(1)
    expect(more({ route: '/v1/tags:batchGet', status: '400' })).toBe(1)
    expect(after.sum('http_requests_total')).toBe(after.sum('http_request_duration_seconds_count'))
  })

  test('tells each of two scrapers the most calls of a second since its own last scrape', async () => {
    const agents = [{ 'User-Agent': 'one' }, { 'User-Agent': 'two' }] as const
    for (const agent of agents) await scrape(started.opsUrl, agent)
    await (await batchGet(['user-1'])).text()
    const told = []
    for (const agent of agents)
      told.push((await scrape(started.opsUrl, agent)).sum('upstream_window_calls'))
    expect(told.every((calls) => calls >= 1)).toBe(true)
  })
})

const promtool = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((directory) => join(directory, 'promtool'))
  .find((path) => isExecutable(path))
const isSkipped = promtool === undefined && process.env['CI'] === undefined
if (isSkipped)
  console.warn('skipped: "promtool finds nothing to say", because promtool is not installed')

test.skipIf(isSkipped)(
  'promtool, of Prometheus itself, finds nothing to say about the format or the names',
  async () => {
    await (await batchGet(['xiaoming', 'ghost'])).text()
    const response = await fetch(`${started.opsUrl}/metrics`)
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=0\.0\.4/)
    if (promtool === undefined)
      throw new Error('no promtool found: install it (Debian: prometheus)')
    const judge = spawn(promtool, ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] })
    judge.stdin.end(await response.text())
    const [out, found] = await Promise.all([text(judge.stdout), text(judge.stderr)])
    expect(out + found).toBe('')
  },
)

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
