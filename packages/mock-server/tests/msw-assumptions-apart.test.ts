import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { describe, expect, test } from 'vitest'

// As in msw-assumptions.test.ts, for what kills or changes the process it happens in.

describe('the interceptor, in a process of its own,', () => {
  test('P9: dies of a body without Content-Length whose reader leaves, not of one with it', async () => {
    expect(await runScript(abortMidBody('{}'))).toContain('AssertionError')
    expect(await runScript(abortMidBody("{ 'content-length': '100' }"))).toBe('left\n')
  })

  test('P10: never sees connections that were open before', async () => {
    expect(await runScript(openBefore)).toBe('local local\n')
  })

  test('P14: and node-server, with its own globals, leave HttpResponse.error() unanswered', async () => {
    const outcome = async (override: boolean): Promise<string> => runScript(errorBeside(override))
    expect(await outcome(true)).toContain('unhandled')
    expect(await outcome(false)).toBe('TypeError\n')
  })
})

/** Runs a script in a process that it may kill, and returns what it printed on its two outputs. */
async function runScript(script: string): Promise<string> {
  const args = ['--input-type=module', '--eval', script]
  const cwd = new URL('.', import.meta.url).pathname
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd }).catch(
    Object,
  )
  return `${stdout}${stderr}`
}

function abortMidBody(headers: string): string {
  return `
    import { HttpRequestInterceptor } from '@mswjs/interceptors/http'
    const interceptor = new HttpRequestInterceptor()
    interceptor.apply()
    interceptor.on('request', ({ controller }) => {
      const part = new TextEncoder().encode('part')
      const pull = (to) => new Promise((next) => setTimeout(next, 1)).then(() => to.enqueue(part))
      controller.respondWith(new Response(new ReadableStream({ pull }), { headers: ${headers} }))
    })
    const leave = new AbortController()
    const response = await fetch('http://p9.invalid/', { signal: leave.signal })
    const whole = response.text()
    setTimeout(() => leave.abort(), 10)
    await whole.catch(() => {})
    setTimeout(() => {
      console.log('left')
      process.exit(0)
    }, 50)
  `
}

const openBefore = `
  import { createServer } from 'node:http'
  import { HttpRequestInterceptor } from '@mswjs/interceptors/http'
  const server = createServer((_, response) => response.end('local'))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const ask = async () => (await fetch('http://127.0.0.1:' + server.address().port)).text()
  const before = await ask()
  // Until the pool has the connection back.
  await new Promise((resolve) => setTimeout(resolve, 50))
  const interceptor = new HttpRequestInterceptor()
  interceptor.apply()
  interceptor.on('request', ({ controller }) => controller.respondWith(new Response('mocked')))
  console.log(before, await ask())
  process.exit(0)
`

function errorBeside(override: boolean): string {
  return `
    import { getRequestListener } from '@hono/node-server'
    import { http, HttpResponse } from 'msw'
    import { setupServer } from 'msw/node'
    process.on('unhandledRejection', () => {
      console.log('unhandled')
      process.exit(0)
    })
    getRequestListener(() => new Response(), { overrideGlobalObjects: ${String(override)} })
    setupServer(http.all('*', () => HttpResponse.error())).listen()
    await fetch('http://p14.invalid/').catch((error) => console.log(error.name))
    process.exit(0)
  `
}
