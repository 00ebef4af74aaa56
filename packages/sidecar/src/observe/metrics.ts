import type { TagLookup } from '../lookup/tag-lookup.ts'
import type { SecretState } from '../secrets/secret-change.ts'
import { counter, type Family, gauge, histogram, labelled } from './families.ts'
import type { HttpMetrics } from './http-metrics.ts'
import { lookupFamilies } from './lookup-families.ts'
import type * as Prometheus from './prometheus.ts'
import { Scrapes } from './scrapes.ts'
import { secretFamilies } from './secret-families.ts'

/** What metrics are read off. */
export interface MetricsSources {
  readonly lookup: Pick<TagLookup, 'state' | 'highestWindowSince'>
  readonly http: HttpMetrics
  /** Those that come from files. */
  readonly secrets: { readonly states: () => readonly SecretState[] }
  /** Wall clock. */
  readonly userSigExpiresAtMs: () => number
  readonly version: string
  /** Monotonic milliseconds. */
  readonly now: () => number
}

/** An answer to a scrape. */
interface Exposition {
  readonly contentType: string
  readonly text: string
}

export interface Metrics {
  /** Returns how everything is at the moment it is asked, in Prometheus text. `scraper` tells those who scrape apart. */
  readonly scrape: (scraper: string) => Promise<Exposition>
}

/**
 * Returns the metrics. Everything is counted in plain numbers where it happens; the Prometheus client, which costs 64 ms and 25 MB, is loaded by the
 * first scrape, and writes down what was counted.
 */
export function createMetrics(sources: MetricsSources): Metrics {
  const scrapes = new Scrapes()
  let client: typeof Prometheus | undefined
  return {
    scrape: async (scraper) => {
      client ??= await import('./prometheus.ts')
      // All numbers are read in one turn: the equations between them hold in every scrape.
      const { lookup, now } = sources
      const windowCalls = lookup.highestWindowSince(scrapes.scraped(scraper, now()))
      const families = [
        ...lookupFamilies(lookup.state(), windowCalls),
        ...httpFamilies(sources.http),
        ...secretFamilies(sources.secrets.states()),
        ...aboutFamilies(sources),
      ]
      const registry = client.Registry.aggregate([families])
      const text = `${await registry.metrics()}\n${await client.processMetrics().metrics()}`
      return { contentType: registry.contentType, text }
    },
  }
}

function httpFamilies(http: HttpMetrics): Family[] {
  const requests = http
    .counts()
    .map(({ requests: value, ...labels }) => ({ labels: { ...labels }, value }))
  return [
    labelled('http_requests_total', 'Requests to the data listener that ended', requests),
    histogram(
      'http_request_duration_seconds',
      'From the head of a request until its answer was handed over',
      http.durationS,
    ),
    counter('http_broken_requests_total', 'Requests given up before they were complete', {
      status: http.broken,
    }),
  ]
}

function aboutFamilies({ userSigExpiresAtMs, version }: MetricsSources): Family[] {
  return [
    gauge(
      'credentials_expiry_timestamp_seconds',
      'When the signature in use expires; it is renewed before',
      userSigExpiresAtMs() / 1_000,
    ),
    {
      ...gauge('build_info', 'Version of tagside and of Node', 1),
      values: [{ labels: { version, node: process.version }, value: 1 }],
    },
  ]
}
