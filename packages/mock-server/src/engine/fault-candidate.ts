import { isUtf8 } from 'node:buffer'

import type { Action, Fault } from './faults.ts'
import { FaultSyntaxError, parseFault, printFault } from './faults.ts'
import type { Random } from './random.ts'

/**
 * Something that may act on a call: a rule in force, a header, or a magic account that the call
 * names.
 */
export interface FaultCandidate {
  readonly action: Action
  /** The accounts it works on, where it works on accounts: `each`, `dup`, `omit`. */
  readonly targets: readonly string[]
  /** What the journal calls it. */
  readonly label: string
  /** Decides whether it acts on this call; asked only if the call has room for its action. */
  fires(): boolean
}

/**
 * Makes a candidate of a fault: one, or none if the fault is about an account that the call does
 * not name.
 */
export function candidatesOf(
  fault: Fault,
  accounts: readonly string[],
  fires: () => boolean,
): readonly FaultCandidate[] {
  const { action, account } = fault
  if (account === undefined) return [{ action, targets: accounts, label: printFault(fault), fires }]
  if (!accounts.includes(account)) return []
  return [{ action, targets: [account], label: printFault(fault), fires }]
}

/**
 * Reads the header `x-mock-fault`, by which one request asks for a fault of its own; `times`,
 * `skip` and `every` mean nothing there. A header that cannot be read becomes a loud refusal.
 */
export function candidatesOfHeader(
  header: string | null,
  accounts: readonly string[],
  random: Random,
): readonly FaultCandidate[] {
  if (header === null) return []
  const fault = parseOrRefuse(readUtf8(header))
  return candidatesOf(fault, accounts, () => isDrawn(fault, random))
}

/** Draws a fault's chance; without `p` it is certain. */
export function isDrawn({ p }: Fault, random: Random): boolean {
  return p === undefined || random() < p
}

/** Headers arrive as one letter for each byte; a terminal has written them in UTF-8. */
function readUtf8(header: string): string {
  const bytes = Buffer.from(header, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : header
}

function parseOrRefuse(header: string): Fault {
  try {
    return parseFault(header)
  } catch (error) {
    if (!(error instanceof FaultSyntaxError)) throw error
    return { action: { kind: 'err', code: 60009, text: `x-mock-fault: ${error.message}` } }
  }
}
