import type { Random } from './random.ts'

/** A Latency says how long answers are held back, in milliseconds. */
export type Latency =
  | { readonly kind: 'fixed'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'lognormal'; readonly medianMs: number; readonly sigma: number }

/** How a Latency is written; for messages. */
export const latencyForms = 'MS, uniform(MIN,MAX) or lognormal(MEDIAN,SIGMA)'

const distribution = /^(uniform|lognormal)\(([^,]+),([^,]+)\)$/

/** Reads `40`, `uniform(10,80)` or `lognormal(40,0.4)`; returns undefined for anything else. */
export function parseLatency(text: string): Latency | undefined {
  const [, kind, first = '', second = ''] = distribution.exec(text) ?? []
  if (kind === undefined) {
    const ms = parseNumber(text)
    return ms === undefined ? undefined : { kind: 'fixed', ms }
  }
  const a = parseNumber(first)
  const b = parseNumber(second)
  if (a === undefined || b === undefined) return undefined
  if (kind === 'lognormal') return { kind, medianMs: a, sigma: b }
  return a > b ? undefined : { kind: 'uniform', minMs: a, maxMs: b }
}

/** Writes a Latency as `parseLatency` reads it. */
export function printLatency(latency: Latency): string {
  switch (latency.kind) {
    case 'fixed':
      return String(latency.ms)
    case 'uniform':
      return `uniform(${latency.minMs},${latency.maxMs})`
    case 'lognormal':
      return `lognormal(${latency.medianMs},${latency.sigma})`
  }
}

/** Draws one delay, in milliseconds. */
export function drawDelayMs(latency: Latency, random: Random): number {
  switch (latency.kind) {
    case 'fixed':
      return latency.ms
    case 'uniform':
      return latency.minMs + random() * (latency.maxMs - latency.minMs)
    case 'lognormal':
      return latency.medianMs * Math.exp(latency.sigma * standardNormal(random))
  }
}

/** Reads a decimal number that is not negative, as `String(number)` writes it. */
export function parseNumber(text: string): number | undefined {
  if (!/^\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}

// Box and Muller; 1 − u keeps the logarithm away from 0.
function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
