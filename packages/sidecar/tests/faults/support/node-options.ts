/** Options for Node by which its event loop is blocked for a while at SIGUSR2, which it logs before. */
export function blockedOnSignal(ms: number): string {
  return imported(`
    import { writeSync } from 'node:fs'
    process.on('SIGUSR2', () => {
      writeSync(1, '{"level":"info","event":"blocked"}\\n')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms})
    })`)
}

/**
 * Options for Node by which a process logs, when it ends, the most calls that it made in any second: `calls-40`. Where the calls arrive, a busy
 * machine lets them come closer to each other than they were made.
 */
export const countingCalls: string = imported(`
  import { subscribe } from 'node:diagnostics_channel'
  import { writeSync } from 'node:fs'
  const madeAtMs = []
  let most = 0
  subscribe('http.client.request.start', () => {
    const now = performance.now()
    madeAtMs.push(now)
    most = Math.max(most, madeAtMs.filter((ms) => ms > now - 1000).length)
  })
  process.on('exit', () => writeSync(1, '{"level":"info","event":"calls-' + most + '"}\\n'))`)

function imported(script: string): string {
  return `--import=data:text/javascript,${encodeURIComponent(script)}`
}
