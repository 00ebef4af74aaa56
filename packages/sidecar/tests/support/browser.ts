import { existsSync } from 'node:fs'

import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'

/** Where Debian, Ubuntu, Fedora, Homebrew and Chrome's own installers put it. */
const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/homebrew/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** Nothing that starts by itself, and nothing that asks the network for anything but the page under test. */
const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const { CHROMIUM_PATH, CI } = process.env
const executablePath = CHROMIUM_PATH ?? USUAL_PLACES.find((path) => existsSync(path))

/** Starts a headless Chromium: the one in `CHROMIUM_PATH`, or the one that is installed. Its caller closes it. */
function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  if (executablePath === undefined)
    throw new Error('no Chromium found: install it (Debian: chromium), or set CHROMIUM_PATH')
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...more], chromiumSandbox: false })
}

/**
 * Describes what a browser sees. All tests of the block share one browser, which is given to them as a function because it starts
 * before the first; `more` are arguments for it. Where there is none, the tests are skipped aloud; with `CI` set they fail.
 */
export function describeInBrowser(
  title: string,
  tests: (browser: () => Browser) => void,
  more: readonly string[] = [],
): void {
  const isSkipped = executablePath === undefined && CI === undefined
  if (isSkipped)
    console.warn(`skipped: "${title}", because no Chromium is installed; CHROMIUM_PATH can name it`)
  describe.skipIf(isSkipped)(`${title}, in Chromium`, () => {
    let started: Browser | undefined
    beforeAll(async () => {
      started = await launchBrowser(more)
    })
    afterAll(() => started?.close())
    tests(() => {
      if (started === undefined) throw new Error('the browser is there once the tests run')
      return started
    })
  })
}
