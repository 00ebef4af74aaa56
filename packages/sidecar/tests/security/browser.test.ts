import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'

import type { Page } from 'playwright-core'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { describeInBrowser } from '../support/browser.ts'
import { type StartedSidecar, startSidecar } from '../support/start-sidecar.ts'

/** A name that its owner lets point to this machine once the page is there. */
const NAME = 'rebind.example'
const RESOLVED = [`--host-resolver-rules=MAP ${NAME} 127.0.0.1`]

const html = readFileSync(new URL('support/stranger.html', import.meta.url))
const texts = v.array(v.string())
const paths = ['/v1/users/xiaoming/tags', '/v1/tags:batchGet', '/v4/timpush/get_tag']

let stranger: Server
let pageUrl: string
let started: StartedSidecar

beforeAll(async () => {
  stranger = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html').end(html)
  })
  stranger.listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  const address = stranger.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  pageUrl = `http://${NAME}:${address.port}/`
  started = await startSidecar()
})
afterAll(async () => {
  stranger.close()
  stranger.closeAllConnections()
  await started[Symbol.asyncDispose]()
})

/** Calls a function of the stranger's page. */
async function told(page: Page, name: string, urls: readonly string[]): Promise<string[]> {
  return v.parse(texts, await page.evaluate(`${name}(${JSON.stringify(urls)})`))
}

describeInBrowser(
  'T3: a page of a stranger',
  (browser) => {
    test('reads nothing of a sidecar at another origin, by whatever name, and moves it to no call', async () => {
      const page = await browser().newPage()
      const statuses = new Map<string, number>()
      page.on('response', (response) => statuses.set(response.url(), response.status()))
      await page.goto(pageUrl)
      const { port } = new URL(started.url)
      const origins = ['127.0.0.1', 'localhost', NAME].map((host) => `http://${host}:${port}`)
      const urls = origins.flatMap((origin) => paths.map((path) => origin + path))
      // What is sent without CORS is answered, and nothing of the answer is shown.
      expect(new Set(await told(page, 'read', urls))).toEqual(new Set(['']))
      expect(await told(page, 'embed', urls)).not.toContain('message')
      for (const origin of origins) {
        const url = `${origin}/v1/users/xiaoming/tags`
        await page.goto(pageUrl)
        statuses.clear()
        await page.evaluate(`location.assign(${JSON.stringify(url)})`)
        await page.waitForURL(url)
        expect(statuses.get(url)).toBe(403)
      }
      await page.close()
      expect(started.fake.stats.calls).toBe(0)
    })

    test('reads refusals, and moves the sidecar to no call, once its own name points there', async () => {
      const page = await browser().newPage()
      await page.goto(pageUrl)
      stranger.close()
      stranger.closeAllConnections()
      await once(stranger, 'close')
      const { port } = new URL(pageUrl)
      await using rebound = await startSidecar({ TAGSIDE_LISTEN: `127.0.0.1:${port}` })
      const answers = await told(page, 'read', paths)
      await page.close()
      // The very same origin to the browser, which keeps nothing from the page. HEAD has no text.
      const refusals = answers.filter((answer) => answer !== '')
      expect(refusals).toHaveLength(answers.length - paths.length)
      expect(refusals.filter((answer) => !answer.includes('"forbidden-host"'))).toEqual([])
      expect(rebound.fake.stats.calls).toBe(0)
    })
  },
  RESOLVED,
)
