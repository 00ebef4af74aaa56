import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import sidecarPackage from '../packages/sidecar/package.json' with { type: 'json' }
import { type Program, startMock } from '../scripts/programs.ts'
import { quantile, residentMb } from './figures.ts'

const ROUNDS = 11
/** What a process allocates for its start is mostly given back or settled by then. */
const IDLE_MS = 1_000

const repository = fileURLToPath(new URL('..', import.meta.url))
const sidecarDirectory = fileURLToPath(new URL('../packages/sidecar', import.meta.url))

/** A server to start: its arguments to Node, and what it is asked first. */
interface Contender {
  readonly name: string
  readonly argv: readonly string[]
  readonly path: string
  /** Asked for with it, and the status that is right then. */
  readonly headers?: Readonly<Record<string, string>>
  readonly status?: number
  readonly environment: Readonly<Record<string, string>>
}

interface Measured {
  readonly firstAnswerMs: number
  readonly residentMb: number
}

const BARE = `require('node:http').createServer((request, response) => response.end('ok'))
  .listen(0, '127.0.0.1', function () { console.log('{"url":"http://127.0.0.1:' + this.address().port + '"}') })`

const HONO = `import { Hono } from 'hono'
import { serve } from '@hono/node-server'
const app = new Hono().get('/', (c) => c.json({ ok: true }))
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' },
  ({ port }) => console.log('{"url":"http://127.0.0.1:' + port + '"}'))`

/**
 * From spawn to the first complete answer, and resident memory a second later: a bare `node:http` server, a bare Hono server and the built
 * sidecar with everything on its default path. The sidecar is asked for a user: once for what is cached, which needs nobody else, and once so that
 * the answer includes its first upstream call. Then what each dependency costs that is loaded alone.
 */
export async function start(): Promise<void> {
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: repository,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await using mock = await startMock({
    argv: ['--port', '0', '--rate', 'off'],
    environment: { PATH: process.env['PATH'] },
  })
  const contenders = [bare, hono, cacheOnly(mock), sidecar(mock)]
  const measured = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const contender of contenders) {
      const result = await measure(contender)
      // The first round reads files that the others find in the page cache.
      if (round > 0) measured.get(contender.name)?.push(result)
    }
  }
  const reference = medians(measured.get(bare.name) ?? [])
  console.log(
    `start: spawn to first answer, and resident memory ${IDLE_MS} ms later (medians of ${ROUNDS}, alternated)`,
  )
  for (const [name, results] of measured) {
    const { firstAnswerMs, residentMb: mb } = medians(results)
    const ratios = `${(firstAnswerMs / reference.firstAnswerMs).toFixed(2)} × and ${(mb / reference.residentMb).toFixed(2)} × ${bare.name}`
    console.log(
      `  ${name.padEnd(22)}${firstAnswerMs.toFixed(0).padStart(5)} ms ${mb.toFixed(0).padStart(5)} MB   ${ratios}`,
    )
  }
  await dependencies()
}

const bare: Contender = { name: 'bare node:http', argv: ['-e', BARE], path: '/', environment: {} }

const hono: Contender = {
  name: 'bare Hono',
  argv: ['--input-type=module', '-e', HONO],
  path: '/',
  environment: {},
}

function sidecar(mock: Program): Contender {
  return {
    name: 'sidecar, with a call',
    argv: ['dist/main.cjs'],
    path: '/v1/users/xiaoming/tags',
    environment: {
      TAGSIDE_UPSTREAM_URL: mock.url,
      TAGSIDE_SDK_APP_ID: String(mock.ready['sdkAppId']),
      TAGSIDE_SECRET_KEY: String(mock.ready['secretKey']),
      TAGSIDE_LISTEN: '127.0.0.1:0',
      TAGSIDE_OPS_LISTEN: '127.0.0.1:0',
    },
  }
}

/** The walk of a lookup as far as the cache, which is empty. */
function cacheOnly(mock: Program): Contender {
  return {
    ...sidecar(mock),
    name: 'sidecar',
    headers: { 'Cache-Control': 'only-if-cached' },
    status: 504,
  }
}

async function measure({
  name,
  argv,
  path,
  environment,
  headers = {},
  status: right = 200,
}: Contender): Promise<Measured> {
  const startMs = performance.now()
  const child = spawn(process.execPath, argv, {
    cwd: sidecarDirectory,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await firstUrl(createInterface({ input: child.stdout }))
    const status = await ask(url + path, headers)
    const firstAnswerMs = performance.now() - startMs
    if (status !== right) throw new Error(`${name} answered ${status}`)
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
    return { firstAnswerMs, residentMb: residentMb(child.pid) }
  } finally {
    child.kill('SIGKILL')
    await once(child, 'close')
  }
}

async function firstUrl(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const said: { readonly url?: string } = JSON.parse(line)
    if (said.url !== undefined) return said.url
  }
  throw new Error('the program ended before it listened')
}

function ask(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    }).once('error', reject)
  })
}

function medians(results: readonly Measured[]): Measured {
  return {
    firstAnswerMs: quantile(
      results.map(({ firstAnswerMs }) => firstAnswerMs),
      0.5,
    ),
    residentMb: quantile(
      results.map(({ residentMb: mb }) => mb),
      0.5,
    ),
  }
}

/** Each alone in a process of its own, over an empty module: those that share modules do not add up. */
async function dependencies(): Promise<void> {
  const names = Object.keys(sidecarPackage.dependencies)
  const nothing = await importing(undefined)
  console.log(`  a dependency loaded alone (medians of ${ROUNDS}):`)
  for (const name of names) {
    const { ms, mb } = await importing(name)
    console.log(
      `    ${name.padEnd(28)}${ms.toFixed(0).padStart(4)} ms ${(mb - nothing.mb).toFixed(1).padStart(5)} MB`,
    )
  }
}

async function importing(name: string | undefined): Promise<{ ms: number; mb: number }> {
  const load = name === undefined ? '' : `await import('${name}');`
  const code = `const startMs = performance.now(); ${load}
console.log(performance.now() - startMs, process.memoryUsage.rss() / 1e6)`
  const results: number[][] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      cwd: sidecarDirectory,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line = ''] = await once(createInterface({ input: child.stdout }), 'line')
    results.push(String(line).split(' ').map(Number))
    await once(child, 'close')
  }
  const [ms = Number.NaN, mb = Number.NaN] = [0, 1].map((column) =>
    quantile(
      results.map((result) => result[column] ?? Number.NaN),
      0.5,
    ),
  )
  return { ms, mb }
}
