/** `pnpm bench [PART]...`: runs the named parts, or all of them. Method and figures: bench/README.md. */
import { inProcess } from './in-process.ts'
import { memory } from './memory.ts'
import { miss } from './miss.ts'
import { outage } from './outage.ts'
import { overload } from './overload.ts'
import { rotation } from './rotation.ts'
import { soak } from './soak.ts'
import { start } from './start.ts'
import { zipfLoad } from './zipf.ts'

const parts = new Map([
  ['miss', miss],
  ['start', start],
  ['memory', memory],
  // Last: it replaces the clocks of this process.
  ['zipf', zipfLoad],
])

/** Long or wasteful: only when named. */
const apart = new Map([
  ['in-process', inProcess],
  ['overload', overload],
  ['outage', outage],
  ['rotation', rotation],
  ['soak', soak],
])

const known = new Map([...apart, ...parts])
const wanted = process.argv.length > 2 ? process.argv.slice(2) : [...parts.keys()]
const strangers = wanted.filter((name) => !known.has(name))
if (strangers.length > 0) {
  console.error(
    `bench: there is no part ${strangers.join(', ')}; expected ${[...known.keys()].join(', ')}`,
  )
  process.exit(2)
}
for (const name of wanted) await known.get(name)?.()
