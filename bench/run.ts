/** `pnpm bench [PART]...`: runs the named parts, or all of them. Method and figures: bench/README.md. */
import { batch } from './batch.ts'
import { type Findings, markdown } from './findings.ts'
import { hit } from './hit.ts'
import { inProcess } from './in-process.ts'
import { memory } from './memory.ts'
import { miss } from './miss.ts'
import { mixed } from './mixed.ts'
import { outage } from './outage.ts'
import { overload } from './overload.ts'
import { peers } from './peers.ts'
import { endLeftovers } from './processes.ts'
import { type PartResult, summary, writeResults } from './results.ts'
import { rotation } from './rotation.ts'
import { soak } from './soak.ts'
import { start } from './start.ts'
import { wrkCheck } from './wrk-check.ts'

/** A part returns what it found, or prints it. */
type Part = () => Promise<Findings | void>

const parts = new Map<string, Part>([
  ['hit', hit],
  ['batch', batch],
  ['miss', miss],
  ['mixed', mixed],
  ['memory', memory],
  ['start', start],
  ['peers', peers],
])

/** Long or wasteful: only when named. */
const apart = new Map<string, Part>([
  ['in-process', inProcess],
  ['overload', overload],
  ['outage', outage],
  ['rotation', rotation],
  ['soak', soak],
  ['wrk-check', wrkCheck],
])

const known = new Map([...parts, ...apart])
const wanted = process.argv.length > 2 ? process.argv.slice(2) : [...parts.keys()]
const strangers = wanted.filter((name) => !known.has(name))
if (strangers.length > 0) {
  console.error(
    `bench: there is no part ${strangers.join(', ')}; expected ${[...known.keys()].join(', ')}`,
  )
  process.exit(2)
}

const results: PartResult[] = []
for (const name of wanted) results.push(await resultOf(name))
if (process.argv.length === 2) await writeResults(results)
console.log(`\n${summary(results)}`)

/** Runs a part. One that fails is a note in the results, and an exit status of 1; the others run all the same. */
async function resultOf(name: string): Promise<PartResult> {
  console.log(`\n${name} …`)
  const startMs = performance.now()
  const printed: string[] = []
  const print = console.log
  console.log = (...words: readonly unknown[]) => {
    printed.push(words.join(' '))
    print(...words)
  }
  let findings: Findings = { rows: [], tables: [], notes: [] }
  try {
    findings = (await known.get(name)?.()) ?? findings
  } catch (error) {
    process.exitCode = 1
    findings = { ...findings, notes: [`It failed: ${String(error)}`] }
  } finally {
    console.log = print
    endLeftovers()
  }
  for (const { title, lines } of findings.tables) {
    console.log(`\n${title}:\n\n${markdown(lines)}`)
  }
  for (const note of findings.notes) console.log(`\n${note}`)
  return { name, seconds: (performance.now() - startMs) / 1_000, findings, printed }
}
