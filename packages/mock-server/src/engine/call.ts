import type { App } from './app.ts'
import type { FaultPlan } from './fault-plan.ts'
import type { Reply } from './reply.ts'

/** A Call is a request as it arrived: what its line says, and whose books it is on. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly signal: AbortSignal
  /**
   * The app that the query names; a call that names none is on the first app's books, and refused.
   */
  readonly app: App
  readonly namesApp: boolean
  readonly api: Api | undefined
  /** Whether the rate limit had room when the call arrived. */
  readonly isAdmitted: boolean
  /** Its entry in the app's journal. */
  readonly seq: number
}

/** What a call's body holds, and what is known of its accounts. */
export interface CallContent {
  /** Undefined if it is larger than the fake takes. */
  readonly text: string | undefined
  /** Undefined if it is not JSON. */
  readonly body: unknown
  readonly plan: FaultPlan
  readonly tagsOf: (account: string) => readonly string[] | undefined
}

/** An Api answers a call whose address, credentials and rate are in order. */
export type Api = (app: App, content: CallContent) => Reply
