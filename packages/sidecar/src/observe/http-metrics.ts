import { Histogram } from '../lookup/histogram.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'other'] as const

/** From an answer out of the cache, a tenth of a millisecond or less, to the longest deadline. */
const DURATION_S = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/** A template of paths with the method it takes and the statuses it may be answered with; `other` stands for every other path. */
interface Route {
  readonly template: string
  readonly method: (typeof METHODS)[number]
  readonly statuses: readonly number[]
}

/** Whatever the path: fine, refused by a guard, left by the caller, ended by a defect. */
const USUAL = [200, 400, 401, 403, 499, 500]
const USER_TAGS = '/v1/users/{id}/tags'
const BATCH_GET = '/v1/tags:batchGet'
const OTHER = 'other'

const ROUTES: readonly Route[] = [
  { template: USER_TAGS, method: 'GET', statuses: [...USUAL, 404, 502, 503, 504] },
  { template: BATCH_GET, method: 'POST', statuses: [...USUAL, 413, 415, 502, 503, 504] },
  { template: '/v1/cache:invalidate', method: 'POST', statuses: [...USUAL, 413, 415] },
  { template: '/v4/timpush/get_tag', method: 'POST', statuses: [...USUAL, 413] },
  { template: '/v4/all_member_push/im_get_tag', method: 'POST', statuses: [...USUAL, 413] },
  { template: '/openapi.json', method: 'GET', statuses: USUAL },
  { template: OTHER, method: 'GET', statuses: [400, 401, 403, 404] },
]
const ROUTE_OF_PATH = new Map(ROUTES.map(({ template }, index) => [template, index]))
const USER_TAGS_ROUTE = ROUTE_OF_PATH.get(USER_TAGS) ?? 0
const BATCH_GET_ROUTE = ROUTE_OF_PATH.get(BATCH_GET) ?? 0
const OTHER_ROUTE = ROUTE_OF_PATH.get(OTHER) ?? 0

/** The caller was gone before the answer was: nginx's status for that. */
const CALLER_LEFT = 499
const STATUSES_END = 1_000

/** A request and its answer, as far as is looked at here: Node's IncomingMessage and ServerResponse. */
interface Asked {
  readonly method?: string | undefined
  readonly url?: string | undefined
}
interface Answered {
  readonly headersSent: boolean
  readonly statusCode: number
}

export type BrokenStatus = 400 | 408 | 431

/** Requests of one kind, for a label each. */
export interface RequestCount {
  readonly route: string
  readonly method: string
  readonly status: string
  readonly requests: number
}

/**
 * HttpMetrics counts the requests of the data listener. A request adds to one number and one histogram; the paths, methods and statuses told apart are
 * closed sets, whatever callers send.
 */
export class HttpMetrics {
  readonly durationS: Histogram = new Histogram(DURATION_S)
  /** Requests that were given up before they were complete. */
  readonly broken: Record<BrokenStatus, number> = { 400: 0, 408: 0, 431: 0 }
  /** By route, method and status in one number: a hit is counted without making a text. */
  readonly #requests = new Map<number, { count: number }>()

  constructor() {
    for (const [route, { method, statuses }] of ROUTES.entries())
      for (const status of statuses) this.#requests.set(keyOf(route, method, status), { count: 0 })
  }

  /** Says that a request has ended, answered or not. */
  ended(request: Asked, answer: Answered, durationMs: number): void {
    const status = answer.headersSent ? answer.statusCode : CALLER_LEFT
    this.#count(keyOf(routeOf(request.url ?? ''), request.method, status), durationMs)
  }

  /** Says that a request was answered with 200, as {@link ended} would find out for itself. */
  answered(kind: keyof typeof ANSWERED, durationMs: number): void {
    this.#count(ANSWERED[kind], durationMs)
  }

  /** Says that Node gave up what never became a request, or not in time. */
  gaveUp(status: BrokenStatus): void {
    this.broken[status] += 1
  }

  /** The counts so far; those that a route is likely to need are there from the start. */
  counts(): RequestCount[] {
    return [...this.#requests].map(([key, { count: requests }]) => {
      const kind = Math.floor(key / STATUSES_END)
      return {
        route: ROUTES[Math.floor(kind / METHODS.length)]?.template ?? OTHER,
        method: METHODS[kind % METHODS.length] ?? OTHER,
        status: String(key % STATUSES_END),
        requests,
      }
    })
  }

  #count(key: number, durationMs: number): void {
    const requests = this.#requests.get(key)
    if (requests === undefined) this.#requests.set(key, { count: 1 })
    else requests.count += 1
    this.durationS.observe(durationMs / 1_000)
  }
}

const ANSWERED = {
  'user-tags': keyOf(USER_TAGS_ROUTE, 'GET', 200),
  'batch-get': keyOf(BATCH_GET_ROUTE, 'POST', 200),
}

function keyOf(route: number, method: string | undefined, status: number): number {
  return (route * METHODS.length + methodIndex(method)) * STATUSES_END + status
}

function methodIndex(method: string | undefined): number {
  if (method === 'GET') return 0
  if (method === 'POST') return 2
  return method === 'HEAD' ? 1 : 3
}

function routeOf(url: string): number {
  const queryStart = url.indexOf('?')
  const path = queryStart === -1 ? url : url.slice(0, queryStart)
  const isUserTags =
    path.startsWith('/v1/users/') &&
    path.endsWith('/tags') &&
    path.indexOf('/', '/v1/users/'.length) === path.length - '/tags'.length &&
    path.length > '/v1/users//tags'.length
  if (isUserTags) return USER_TAGS_ROUTE
  return ROUTE_OF_PATH.get(path) ?? OTHER_ROUTE
}
