import type { FaultCandidate } from './fault-candidate.ts'
import { candidatesOf, isDrawn } from './fault-candidate.ts'
import type { Fault } from './faults.ts'
import { parseFault, printFault } from './faults.ts'
import type { Random } from './random.ts'

/** A fault in force, with what it has done so far. */
export interface FaultRule {
  readonly id: number
  /** The fault, as one writes it. */
  readonly spec: string
  /** Calls it could have acted on: it matched, and no fault before it had taken its place. */
  readonly hits: number
  /** Calls it fired on. */
  readonly fired: number
  /** Takes it out of force; does nothing the second time. */
  remove(): void
}

/** A FaultRule put aside. */
export type SavedRule = Pick<Rule, 'spec' | 'origin' | 'hits' | 'fired'>

/**
 * FaultRules are the faults of one app that stay in force: those of the start and those added
 * since.
 */
export class FaultRules {
  readonly #startup: readonly Fault[]
  readonly #random: Random
  #rules: readonly Rule[] = []
  #lastId = 0

  constructor(startup: readonly Fault[], random: Random) {
    this.#startup = startup
    this.#random = random
    this.reset()
  }

  /** Puts a fault in force before all others; throws FaultSyntaxError. */
  add(spec: string): FaultRule {
    const rule = this.#rule(parseFault(spec), 'added')
    this.#rules = [rule, ...this.#rules]
    return rule
  }

  /** All rules in the order in which they are asked: the newest first, those of the start last. */
  list(): readonly FaultRule[] {
    return this.#rules
  }

  /**
   * Takes all faults out of force, those of the start included, and returns how many there were.
   */
  clear(): number {
    const count = this.#rules.length
    this.#rules = []
    return count
  }

  /** Goes back to the faults of the start, with nothing counted. */
  reset(): void {
    this.#rules = this.#startup.map((fault) => this.#rule(fault, 'startup'))
  }

  /** All rules, with what they have done so far, in the order of `list`. */
  save(): readonly SavedRule[] {
    return this.#rules.map(({ spec, origin, hits, fired }) => ({ spec, origin, hits, fired }))
  }

  /**
   * Has these rules and no others, under new ids; throws FaultSyntaxError, and then nothing has
   * changed.
   */
  restore(saved: readonly SavedRule[]): void {
    this.#rules = saved.map(({ spec, origin, hits, fired }) => {
      const rule = this.#rule(parseFault(spec), origin)
      rule.resume(hits, fired)
      return rule
    })
  }

  /** The rules of one origin that match a call naming these accounts. */
  candidates(origin: Rule['origin'], accounts: readonly string[]): readonly FaultCandidate[] {
    return this.#rules
      .filter((rule) => rule.origin === origin)
      .flatMap((rule) => candidatesOf(rule.fault, accounts, () => rule.strike(this.#random)))
  }

  #rule(fault: Fault, origin: Rule['origin']): Rule {
    const rule: Rule = new Rule((this.#lastId += 1), fault, origin, () => {
      this.#rules = this.#rules.filter((other) => other !== rule)
    })
    return rule
  }
}

class Rule implements FaultRule {
  readonly id: number
  readonly fault: Fault
  readonly origin: 'startup' | 'added'
  readonly spec: string
  readonly remove: () => void
  #hits = 0
  #fired = 0

  constructor(id: number, fault: Fault, origin: Rule['origin'], remove: () => void) {
    this.id = id
    this.fault = fault
    this.origin = origin
    this.spec = printFault(fault)
    this.remove = remove
  }

  get hits(): number {
    return this.#hits
  }

  get fired(): number {
    return this.#fired
  }

  /** Goes on from what an earlier rule had counted. */
  resume(hits: number, fired: number): void {
    this.#hits = hits
    this.#fired = fired
  }

  /** Counts a matching call and decides whether to act on it. */
  strike(random: Random): boolean {
    const { skip = 0, every = 1, times = Infinity } = this.fault
    this.#hits += 1
    const turn = this.#hits - skip
    const isDue = turn > 0 && turn % every === 0 && this.#fired < times
    if (!isDue || !isDrawn(this.fault, random)) return false
    this.#fired += 1
    return true
  }
}
