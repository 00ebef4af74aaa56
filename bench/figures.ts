import { readFileSync } from 'node:fs'

/** Returns the value below which `share` of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Returns quantiles in milliseconds, as text. */
export function inMs(values: readonly number[], ...shares: readonly number[]): string {
  return shares
    .map((share) => `p${share * 100} ${quantile(values, share).toFixed(1)} ms`)
    .join('  ')
}

/** Resident memory of a process, from /proc. */
export function residentMb(pid: number | undefined): number {
  const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')
  return (Number(pages) * 4_096) / 1e6
}
