import { expect } from 'vitest'

import type { FetchedTimes } from './vitest/to-have-fetched.ts'
import { judgeFetched } from './vitest/to-have-fetched.ts'

export { test } from './vitest/test.ts'
export type { TestApp } from './vitest/test-app.ts'
export type { StrayRequests } from './vitest/stray-requests.ts'
export type { FetchedTimes } from './vitest/to-have-fetched.ts'

expect.extend({
  toHaveFetched(received: unknown, users: string | readonly string[], times?: FetchedTimes) {
    return judgeFetched(this.isNot, received, users, times)
  },
})

declare module 'vitest' {
  interface Matchers<R, T> {
    /**
     * Passes if every one of these users was named in a lookup, or in exactly `times` of them,
     * whatever became of the call. With `not`: if none of them was. For `app` and `tencent`, whose
     * last 1,000 calls it looks at.
     */
    toHaveFetched: (users: string | readonly string[], times?: FetchedTimes) => R
  }
}
