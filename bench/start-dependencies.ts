import { fileURLToPath } from 'node:url'

import sidecarPackage from '../packages/sidecar/package.json' with { type: 'json' }
import { quantile } from './figures.ts'
import type { Table } from './findings.ts'
import { outputOn } from './program-output.ts'

const ROUNDS = 5
const NOTHING = 'an empty module'
const sidecarDirectory = fileURLToPath(new URL('../packages/sidecar', import.meta.url))

interface Loaded {
  readonly ms: number
  readonly mb: number
}

/** Measures each dependency of the sidecar alone in a process of its own, over an empty module: those that share modules do not add up. */
export async function loadedAlone(): Promise<Table> {
  const names = [NOTHING, ...Object.keys(sidecarPackage.dependencies)]
  const loads = new Map<string, Loaded[]>(names.map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) loads.get(name)?.push(await load(name))
  }
  const median = (name: string, figure: keyof Loaded): number =>
    quantile(
      (loads.get(name) ?? []).map((loaded) => loaded[figure]),
      0.5,
    )
  const lines = names.map((name) => [
    name,
    median(name, 'ms').toFixed(0),
    (median(name, 'mb') - median(NOTHING, 'mb')).toFixed(1),
  ])
  return {
    title: `A dependency loaded alone, medians of ${ROUNDS} rounds; memory over that of ${NOTHING}`,
    lines: [['package', 'ms', 'MB'], ...lines],
  }
}

async function load(name: string): Promise<Loaded> {
  const statement = name === NOTHING ? '' : `await import('${name}');`
  const code = `const startMs = performance.now(); ${statement}
console.log(JSON.stringify({ ms: performance.now() - startMs, mb: process.memoryUsage.rss() / 1e6 }))`
  const argv = ['--input-type=module', '-e', code]
  const loaded: Loaded = JSON.parse(await outputOn('server', argv, { cwd: sidecarDirectory }))
  return loaded
}
