/** `pnpm bench [PART]...`: runs the named parts, or all of them. Method and figures: bench/README.md. */
import { miss } from './miss.ts'
import { outage } from './outage.ts'
import { overload } from './overload.ts'
import { zipfLoad } from './zipf.ts'

const parts = new Map([
  ['miss', miss],
  ['overload', overload],
  ['outage', outage],
  // Last: it replaces the clocks of this process.
  ['zipf', zipfLoad],
])

const wanted = process.argv.length > 2 ? process.argv.slice(2) : [...parts.keys()]
const strangers = wanted.filter((name) => !parts.has(name))
if (strangers.length > 0) {
  console.error(
    `bench: there is no part ${strangers.join(', ')}; expected ${[...parts.keys()].join(', ')}`,
  )
  process.exit(2)
}
for (const name of wanted) await parts.get(name)?.()
