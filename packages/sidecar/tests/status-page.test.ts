import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { describeInBrowser } from './support/browser.ts'
import { type StartedSidecar, startSidecar } from './support/start-sidecar.ts'
import { textContrasts } from './support/text-contrast.ts'

/** A page that shows a sidecar's status, with all that its browser complains of. */
interface OpenedPage extends AsyncDisposable {
  readonly page: Page
  readonly complaints: readonly string[]
  readonly text: () => Promise<string>
}

interface Opened {
  readonly context?: BrowserContextOptions
  /** Done before the page is asked for. */
  readonly before?: (page: Page) => Promise<unknown>
}

async function open(
  browser: Browser,
  sidecar: StartedSidecar,
  { context: options = {}, before }: Opened = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await before?.(page)
  await page.goto(`${sidecar.opsUrl}/`)
  return {
    page,
    complaints,
    text: () => page.locator('body').innerText(),
    [Symbol.asyncDispose]: () => context.close(),
  }
}

async function showsFigures(page: Page): Promise<void> {
  await page.locator('main').waitFor({ state: 'visible' })
}

async function lookUp({ url }: StartedSidecar, user: string): Promise<void> {
  await (await fetch(`${url}/v1/users/${user}/tags`)).text()
}

/** A sidecar in more trouble than it is likely to be in, and words that are as long as they get. */
async function startTroubled(): Promise<StartedSidecar> {
  const sidecar = await startSidecar({ TAGSIDE_SECRET_KEY: 'f'.repeat(64) })
  await lookUp(sidecar, 'xiaoming')
  sidecar.sidecar.beginDrain()
  return sidecar
}

describeInBrowser('the status page', (browser) => {
  test('shows how an idle sidecar is, without a complaint of the browser', async () => {
    await using sidecar = await startSidecar()
    await using opened = await open(browser(), sidecar)
    const { page, complaints, text } = opened
    await showsFigures(page)
    const shown = await text()
    for (const words of [
      'Ready',
      'Nothing is wrong at the moment.',
      'No lookups in the last minute.',
      'The budget is 100/s. No call in the last minute.',
      'Not tried yet',
      'Nothing since the start.',
    ])
      expect(shown).toContain(words)
    expect(await page.title()).toBe('Ready · tagside')
    expect(complaints).toEqual([])
  })

  test('follows what happens, by itself', async () => {
    await using sidecar = await startSidecar()
    await using opened = await open(browser(), sidecar)
    const { page, complaints } = opened
    await page.getByText('No lookups in the last minute.').waitFor()
    for (const user of ['xiaoming', 'xiaoming', 'xiaoming', 'ghost']) await lookUp(sidecar, user)
    await page.getByText('2 of 4 users in the last minute came from the cache.').waitFor()
    const rows = await page.getByRole('row').allInnerTexts()
    expect(rows.map((row) => row.split('\t'))).toEqual([
      ['Fresh', '2', '50.0 %'],
      ['Stale', '0', '0.0 %'],
      ['Unknown account', '0', '0.0 %'],
      ['Joined a fetch', '0', '0.0 %'],
      ['Missed', '2', '50.0 %'],
    ])
    await page.getByText(/in one second, 2 in the last minute\./).waitFor()
    const plot = page.getByRole('img', { name: 'Calls in each second of the last minute' })
    await expect.poll(() => plot.textContent()).toMatch(/Between 0 and [12] a second/)
    // Of 60 bars, those of the seconds with a call are not flat.
    const bars = (await plot.locator('.bars').getAttribute('d')) ?? ''
    expect(bars.match(/M/g)).toHaveLength(60)
    expect(bars.match(/v-[1-9]/g)?.length).toBeGreaterThan(0)
    expect(complaints).toEqual([])
  })

  test('says in words what is wrong, and what to do', async () => {
    await using sidecar = await startTroubled()
    await using opened = await open(browser(), sidecar)
    const { page, text, complaints } = opened
    await showsFigures(page)
    const shown = await text()
    for (const words of [
      'Draining, with a problem',
      'Tencent refuses the credentials: calls are paused.',
      'Check that the secret key is the one of this SDKAppID.',
      'The sidecar is stopping.',
      'Refused',
    ])
      expect(shown).toContain(words)
    expect(shown).toMatch(/One call tries in \d+ s\./)
    expect(await page.title()).toBe('Draining, with a problem · tagside')
    expect(complaints).toEqual([])
  })

  test('says when the sidecar answers no more, and shows it again when it does', async () => {
    await using sidecar = await startSidecar()
    await using opened = await open(browser(), sidecar)
    const { page } = opened
    await showsFigures(page)
    await page.route('**/status.json', (route) => route.abort())
    await page.getByRole('heading', { name: 'No answer' }).waitFor()
    await page.getByText(/^Since \d\d:\d\d:\d\d\. What is shown here is from then/).waitFor()
    expect(await page.title()).toBe('No answer · tagside')
    const contrasts = await textContrasts(page)
    expect(contrasts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
    await page.unroute('**/status.json')
    await page.getByRole('heading', { name: 'Ready' }).waitFor()
    expect(await page.locator('body').getAttribute('class')).toBe('')
  })

  test('takes an error for no answer', async () => {
    await using sidecar = await startSidecar()
    const before = (page: Page): Promise<unknown> =>
      page.route('**/status.json', (route) => route.fulfill({ status: 500, body: '{}' }))
    await using opened = await open(browser(), sidecar, { before })
    await opened.page.getByText('The sidecar does not answer yet.').waitFor()
    expect(await opened.page.locator('main').isVisible()).toBe(false)
  })

  test('asks once a second, and not while nobody looks', async () => {
    await using sidecar = await startSidecar()
    let asked = 0
    await using opened = await open(browser(), sidecar, {
      before: async (page) => {
        page.on('requestfinished', (request) => {
          if (request.url().endsWith('/status.json')) asked += 1
        })
        await page.addInitScript(
          "globalThis.isHidden = false; Object.defineProperty(document, 'hidden', { get: () => isHidden })",
        )
        await page.clock.install()
      },
    })
    const { page } = opened
    const look = (isHidden: boolean): Promise<unknown> =>
      page.evaluate(
        `isHidden = ${isHidden}; document.dispatchEvent(new Event('visibilitychange')); undefined`,
      )
    await showsFigures(page)
    const before = asked
    for (let second = 1; second <= 3; second += 1) {
      await page.clock.runFor(1_000)
      await expect.poll(() => asked).toBe(before + second)
    }
    await look(true)
    await page.clock.runFor(60_000)
    // In order on one connection: what the page had asked for would have come by now.
    await page.evaluate("fetch('version').then((response) => response.text())")
    expect(asked).toBe(before + 3)
    await look(false)
    await expect.poll(() => asked).toBe(before + 4)
  })

  test('shows what it is told as text, whatever it looks like', async () => {
    await using sidecar = await startSidecar()
    const markup = '<img src=x onerror=console.error(1)><b>bold</b>'
    await using opened = await open(browser(), sidecar, {
      before: (page) =>
        page.route('**/status.json', async (route) => {
          const response = await route.fetch()
          const told: object = await response.json()
          const event = { time: '2026-11-23T05:42:00.123Z', level: 'warn', event: 'e' }
          const troubles = [{ level: 'warn', text: markup, advice: markup }]
          const json = { ...told, troubles, events: [{ ...event, message: markup }] }
          await route.fulfill({ response, json: { ...json, upstream: markup } })
        }),
    })
    await showsFigures(opened.page)
    expect((await opened.text()).split(markup)).toHaveLength(5)
    expect(await opened.page.locator('img, b').count()).toBe(0)
    expect(opened.complaints).toEqual([])
  })

  test.each(['light', 'dark'] as const)(
    'can be read in %s colours, and is no wider than the window',
    async (colorScheme) => {
      await using sidecar = await startTroubled()
      await using opened = await open(browser(), sidecar, { context: { colorScheme } })
      const { page } = opened
      await showsFigures(page)
      const overflows: unknown[] = []
      for (const width of [360, 700, 1280]) {
        await page.setViewportSize({ width, height: 800 })
        overflows.push(await page.evaluate('document.documentElement.scrollWidth - innerWidth'))
      }
      expect(overflows).toEqual([0, 0, 0])
      const contrasts = await textContrasts(page)
      expect(contrasts.length).toBeGreaterThan(40)
      expect(contrasts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
      const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
      expect(ground).toBe({ light: 'rgb(246, 246, 243)', dark: 'rgb(18, 21, 24)' }[colorScheme])
    },
  )

  test('points to the same figures where there is no JavaScript', async () => {
    await using sidecar = await startSidecar()
    await using opened = await open(browser(), sidecar, { context: { javaScriptEnabled: false } })
    const hint = opened.page.locator('noscript p')
    expect(await hint.isVisible()).toBe(true)
    expect(await hint.locator('a').allInnerTexts()).toEqual(['status.json', 'metrics'])
  })
})
