import { RefusedError, TencentError } from '@tagside/core'

import type { Batch } from './batch-queue.ts'
import type { Flight } from './flights.ts'
import { Histogram } from './histogram.ts'

/** Why a user has a seat. */
export type SeatClass = 'foreground' | 'retry' | 'refresh' | 'ride-along' | 'isolated'

/** How an upstream call ended; `repeated` is one that is made again at once, with a new signature or another key. */
export type CallResult =
  | 'answered'
  | 'throttled'
  | 'credentials'
  | 'refused'
  | 'http-status'
  | 'unreachable'
  | 'timeout'
  | 'invalid-reply'
  | 'defect'
  | 'repeated'

const BATCH_USERS = [1, 2, 5, 10, 25, 50, 75, 90, 100]
/** Seconds: from a slot that was armed to the longest deadline, and from loopback to the longest call timeout. */
const QUEUE_WAIT_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const DURATION_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** CallCounts counts what becomes of slots: who had a seat, how long users waited for it, how calls ended and how long they took. */
export class CallCounts {
  readonly seats: Record<SeatClass, number> = {
    foreground: 0,
    retry: 0,
    refresh: 0,
    'ride-along': 0,
    isolated: 0,
  }
  readonly results: Record<CallResult, number> = {
    answered: 0,
    throttled: 0,
    credentials: 0,
    refused: 0,
    'http-status': 0,
    unreachable: 0,
    timeout: 0,
    'invalid-reply': 0,
    defect: 0,
    repeated: 0,
  }
  readonly batchUsers: Histogram = new Histogram(BATCH_USERS)
  readonly queueWaitS: Histogram = new Histogram(QUEUE_WAIT_S)
  readonly durationS: Histogram = new Histogram(DURATION_S)

  /** Says that a call is about to begin; before its flights are sent, because a flight that was sent before is a retry. */
  started(batch: Batch, now: number): void {
    this.batchUsers.observe(batch.flights.length)
    const queued = batch.flights.length - (batch.riders ?? 0)
    this.seats['ride-along'] += batch.flights.length - queued
    for (const flight of batch.flights.slice(0, queued)) {
      this.seats[seatClass(flight, batch)] += 1
      this.queueWaitS.observe((now - flight.queuedAtMs) / 1_000)
    }
  }

  answered(durationMs: number): void {
    this.#ended('answered', durationMs)
  }

  failed(error: unknown, durationMs: number): void {
    this.#ended(resultOf(error), durationMs)
  }

  #ended(result: CallResult, durationMs: number): void {
    this.results[result] += 1
    this.durationS.observe(durationMs / 1_000)
  }
}

function seatClass(flight: Flight, batch: Batch): SeatClass {
  if (batch.hunt !== undefined) return 'isolated'
  if (flight.wasSent) return 'retry'
  return flight.refresh ? 'refresh' : 'foreground'
}

function resultOf(error: unknown): CallResult {
  if (!(error instanceof TencentError)) return 'defect'
  if (error.failureClass === 'throttled') return 'throttled'
  if (error instanceof RefusedError) return refusalOf(error)
  switch (error.code) {
    case 'TENCENT_HTTP_STATUS':
      return 'http-status'
    case 'TENCENT_UNREACHABLE':
      return 'unreachable'
    case 'TENCENT_TIMEOUT':
      return 'timeout'
    case 'TENCENT_INVALID_REPLY':
      return 'invalid-reply'
    case 'TENCENT_REFUSED':
      return 'refused'
  }
}

function refusalOf({ failureClass }: RefusedError): CallResult {
  const isOfCredentials =
    failureClass === 'credentials' ||
    failureClass === 'operator' ||
    failureClass === 'expired-signature'
  return isOfCredentials ? 'credentials' : 'refused'
}
