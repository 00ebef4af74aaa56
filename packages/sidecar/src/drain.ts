import type { Log } from './observe/log.ts'
import type { Sidecar } from './wire.ts'

/**
 * Drains a sidecar, in this order: refuse new lookups and turn unready; accept no further data connection; wait until every
 * accepted request is answered, at most `graceMs`; cut what is left; stop calling Tencent and watching secrets; close the ops listener, which
 * answered probes until now. Resolves to whether everything was answered in time.
 */
export async function drain(sidecar: Sidecar, graceMs: number, log: Log): Promise<boolean> {
  log.info(
    { event: 'draining', graceMs },
    'stopping: accepted requests are finished, new ones refused',
  )
  sidecar.beginDrain()
  const answered = sidecar.data.close().then(() => true)
  let timer: NodeJS.Timeout | undefined
  const graceOver = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), graceMs)
  })
  const inTime = await Promise.race([answered, graceOver])
  clearTimeout(timer)
  if (!inTime) {
    log.warn(
      { event: 'drain-cut' },
      'the grace is over: connections with unanswered requests are cut',
    )
    sidecar.data.cut()
  }
  sidecar.lookup.close()
  sidecar.secrets.close()
  const opsClosed = sidecar.ops?.close()
  sidecar.ops?.cut()
  await opsClosed
  log.info({ event: 'stopped' }, 'stopped')
  return inTime
}
