import type { Interception, UnhandledRequestError } from '../msw/intercept.ts'

/**
 * StrayRequests are those that were kept from the network while one test ran. Tests that run at
 * once share them: a request does not tell which test it is of.
 */
export class StrayRequests {
  readonly #interception: Interception
  #taken: number

  constructor(interception: Interception) {
    this.#interception = interception
    this.#taken = interception.unhandled.length
  }

  /** The requests since the start of the test or the last taking; a test that expects some. */
  take(): readonly UnhandledRequestError[] {
    const taken = this.#interception.unhandled.slice(this.#taken)
    this.#taken += taken.length
    return taken
  }

  /** Throws an Error that lists the requests not yet taken, if there are any. */
  expectNone(): void {
    const [first, ...others] = this.take()
    if (first === undefined) return
    const all = [first, ...others].map(({ message }) => `  ${message}`)
    throw new Error(['requests that nobody answers for, while this test ran:', ...all].join('\n'), {
      cause: first,
    })
  }
}
