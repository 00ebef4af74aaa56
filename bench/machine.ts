import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, release } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where a process runs: the load generator on one core, what is measured on another; `any` is not pinned. */
export type Core = 'load' | 'server' | 'any'

/** As Linux counts in /proc/PID/stat, on every architecture of today. */
const TICKS_PER_SECOND = 100

/** Returns the path of an installed program, or undefined. Servers live where a user's PATH does not look. */
export function installed(program: string): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter)
  return [...directories, '/usr/sbin', '/usr/local/sbin']
    .map((directory) => join(directory, program))
    .find((path) => existsSync(path))
}

const taskset = availableParallelism() > 1 ? installed('taskset') : undefined

/** Returns the command line that runs `argv` on a core; unchanged where processes cannot be pinned. */
export function pinned(core: Core, argv: readonly string[]): readonly string[] {
  if (taskset === undefined || core === 'any') return argv
  return [taskset, '-c', core === 'load' ? '0' : '1', ...argv]
}

/** Says what ran where, in one line. */
export function machineText(): string {
  const pins =
    taskset === undefined
      ? 'processes are not pinned (no taskset, or a single core): ratios are rough'
      : 'load generator on core 0, servers on core 1'
  const model = cpus()[0]?.model.trim() ?? process.arch
  return `${availableParallelism()} cores of ${model}, Linux ${release()}, Node ${process.versions.node}; ${pins}`
}

/** Processor time of a process and those it started, user and system, in microseconds. */
export function cpuTimeUs(pid: number): number {
  const own = ticksOf(pid) * (1e6 / TICKS_PER_SECOND)
  return childrenOf(pid).reduce((sum, child) => sum + cpuTimeUs(child), own)
}

function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is a name in parentheses, which may hold anything; utime and stime are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

function childrenOf(pid: number): readonly number[] {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.flatMap((thread) => {
    const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim()
    return children === '' ? [] : children.split(' ').map(Number)
  })
}

/** Share of 40 ms that this core was taken away from a busy loop: a slice beside such a moment says nothing. */
export function lostShare(): number {
  const SPIN_MS = 40
  const startMs = performance.now()
  let lastMs = startMs
  let lostMs = 0
  while (lastMs < startMs + SPIN_MS) {
    const nowMs = performance.now()
    if (nowMs - lastMs > 0.1) lostMs += nowMs - lastMs
    lastMs = nowMs
  }
  return lostMs / (lastMs - startMs)
}
