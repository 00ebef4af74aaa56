import { test as base } from 'vitest'

import { createFakeTencent } from '../fake.ts'
import { StrayRequests } from './stray-requests.ts'
import { testApp } from './test-app.ts'

/**
 * Vitest's `test` with a fake of Tencent's tag API that answers every HTTP client of the worker.
 *
 * - `tencent`: the fake, one for all tests of the worker. Extend with another for other options.
 * - `app`: an app of it that is only this test's, so that tests can run at once.
 * - `strayRequests`: what nobody answers for; what no test takes fails all that were running.
 */
export const test = base
  .extend('tencent', { scope: 'worker' }, () => createFakeTencent())
  .extend('interception', { scope: 'worker' }, ({ tencent }, { onCleanup }) => {
    // With it end the servers that a test has left.
    onCleanup(() => tencent[Symbol.asyncDispose]())
    return tencent.intercept()
  })
  .extend('strayRequests', { auto: true }, ({ interception }, { onCleanup }) => {
    const strayRequests = new StrayRequests(interception)
    onCleanup(() => strayRequests.expectNone())
    return strayRequests
  })
  .extend('app', ({ tencent }, { onCleanup }) => {
    const app = tencent.newApp()
    // A worker may run thousands of tests, and the fake keeps their apps.
    onCleanup(() => app.reset())
    return testApp(app)
  })
