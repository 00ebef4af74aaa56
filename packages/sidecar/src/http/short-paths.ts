import type { IncomingMessage, ServerResponse } from 'node:http'

import { BatchPath, type BatchPathOptions } from './batch-path.ts'
import { HitPath, type HitPathOptions } from './hit-path.ts'
import { PlainRequests } from './plain-requests.ts'

/**
 * ShortPaths are the ways of the two most frequent requests, of users whose tags are fresh, past web objects and the router: a hit takes two thirds of
 * the processor time, and a batch a third. All else, and all that is not plain, goes the long way through the guards and the app.
 */
export class ShortPaths {
  readonly #plain = new PlainRequests()
  readonly #hits: HitPath
  readonly #batches: BatchPath

  constructor(options: HitPathOptions & BatchPathOptions) {
    this.#hits = new HitPath(this.#plain, options)
    this.#batches = new BatchPath(this.#plain, options)
  }

  /** Answers a request for one user that no guard has seen, which arrived at `now`; or returns false and has done nothing. */
  answersHit(incoming: IncomingMessage, outgoing: ServerResponse, now: number): boolean {
    return this.#hits.answers(incoming, outgoing, now)
  }

  /** Takes a request that the guard has let in: answers it if it is a batch of hits, otherwise leaves it to `goOn`. */
  takes(incoming: IncomingMessage, outgoing: ServerResponse, goOn: () => void): void {
    this.#plain.letIn(incoming)
    this.#batches.takes(incoming, outgoing, goOn)
  }
}
