import type { Server } from './processes.ts'

/** Returns the sum of a metric's samples, over all its labels. */
export async function metric(sidecar: Server, name: string): Promise<number> {
  const text = await (await fetch(`${sidecar.ready['opsUrl']}/metrics`)).text()
  const samples = text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
  if (samples.length === 0) throw new Error(`there is no metric ${name}`)
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** Returns the most calls that the fake endpoint has seen in any second. */
export async function callsInAnySecond(upstream: Server): Promise<number> {
  const health: { readonly maxCallsInAnySecond: number } = JSON.parse(
    await (await fetch(`${upstream.ready['url']}/__admin/health`)).text(),
  )
  return health.maxCallsInAnySecond
}
