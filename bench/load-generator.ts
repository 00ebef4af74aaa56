import type { Load, Measured } from './generator.ts'
import { type Core, cpuTimeUs } from './machine.ts'
import { askProcess, benchFile, endProcess, type Server, startProcess } from './processes.ts'

/** One second or so of load on one server. */
export interface Slice extends Measured {
  readonly perSecond: number
  /** Processor time of the server for each answer. */
  readonly cpuUsPerAnswer: number
  /** Shares of a core that the server and the load generator used: the one near 1 is what was measured. */
  readonly serverShare: number
  readonly generatorShare: number
  /** The larger of what the two cores lost beside it. */
  readonly lostBeside: number
}

/** LoadGenerator is a process on the generator's core, and a probe on the servers'. */
export class LoadGenerator implements AsyncDisposable {
  readonly #generator = startGenerator('load')
  readonly #probe = startGenerator('server')

  async run(server: Pick<Server, 'pid' | 'target'>, load: Omit<Load, 'target'>): Promise<Slice> {
    const lostBefore = await this.#lost()
    const cpuBeforeUs = cpuTimeUs(server.pid)
    const measured = await this.#measure({ target: server.target, ...load })
    const cpuUs = cpuTimeUs(server.pid) - cpuBeforeUs
    return {
      ...measured,
      perSecond: (measured.answers * 1_000) / measured.tookMs,
      cpuUsPerAnswer: cpuUs / measured.answers,
      serverShare: cpuUs / 1_000 / measured.tookMs,
      generatorShare: measured.generatorCpuUs / 1_000 / measured.tookMs,
      lostBeside: Math.max(lostBefore, await this.#lost()),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([endProcess(this.#generator), endProcess(this.#probe)])
  }

  async #measure(load: Load): Promise<Measured> {
    const said = await askProcess<Measured | { readonly failed: string }>(this.#generator, load)
    if ('failed' in said) throw new Error(`the load generator failed: ${said.failed}`)
    return said
  }

  /** The larger of what the two cores lose at the moment. */
  async #lost(): Promise<number> {
    const probes = [this.#generator, this.#probe].map((core) =>
      askProcess<{ readonly lost: number }>(core, 'spin'),
    )
    return Math.max(...(await Promise.all(probes)).map(({ lost }) => lost))
  }
}

function startGenerator(core: Core) {
  return startProcess(core, [process.execPath, benchFile('generator.ts')], { stdio: 'ipc' })
}
