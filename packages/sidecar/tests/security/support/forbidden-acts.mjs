/** Tries what a sidecar never needs and an intruder would; prints what became of each, as JSON. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

const [outside] = process.argv.slice(2)

const acts = {
  'start a program': () => {
    const { error } = spawnSync(process.execPath, ['--version'])
    if (error !== undefined) throw error
  },
  'start a thread': () => new Worker('', { eval: true }),
  'write a file': () => writeFileSync(outside, ''),
  'read a file elsewhere': () => readFileSync(outside),
  'load an addon': () => process.dlopen({ exports: {} }, '/nowhere.node'),
  // oxlint-disable-next-line no-eval
  'run a text': () => globalThis.eval('1'),
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval
  'make a function of a text': () => new Function('return 1'),
  // oxlint-disable-next-line no-proto
  'reach a prototype': () => ({}).__proto__,
  'set a prototype': () => Object.assign({}, JSON.parse('{"__proto__":{"polluted":1}}')),
}

const ends = Object.entries(acts).map(([name, act]) => {
  try {
    act()
    return [name, 'done']
  } catch (error) {
    return [name, error.code ?? error.name]
  }
})
console.log(JSON.stringify(Object.fromEntries(ends)))
