import type { FaultCandidate } from './fault-candidate.ts'
import { isMagic, readMagicId } from './magic-id.ts'

/**
 * MagicAccounts are the ids by which any client in any language can ask for a fault without a
 * change to it: `mock_err_91000`, `mock_http_502`, `mock_tags_100`; `magic-id.ts` has the grammar.
 * They count, for one app, the calls that name an id with a limit: `mock_err_91000_x2` fails the
 * first two calls, whatever else is in them.
 *
 * Where it is neither failed nor left out, a magic account is a known user with the one tag
 * `mock-tag-1`; `mock_tags_N` has `mock-tag-1` to `mock-tag-N`.
 */
export class MagicAccounts {
  #callsOf = new Map<string, number>()

  /**
   * Reads the magic accounts among those of a call, and counts the call for each that has a limit.
   */
  readCall(accounts: readonly string[]): MagicInCall {
    const candidates: FaultCandidate[] = []
    const tags = new Map<string, readonly string[]>()
    for (const id of new Set(accounts.filter(isMagic))) {
      const { effect, callsMax } = readMagicId(id)
      const isSpent = this.#countCall(id, callsMax) > callsMax
      const isTags = effect.kind === 'tags' && !isSpent
      tags.set(id, numberedTags(isTags ? effect.count : 1))
      if (effect.kind !== 'tags' && !isSpent) {
        candidates.push({ action: effect, targets: [id], label: id, fires: () => true })
      }
    }
    return { candidates, tags }
  }

  /** The calls counted so far, by id. */
  counts(): ReadonlyMap<string, number> {
    return new Map(this.#callsOf)
  }

  /** Replaces the calls counted; by default there are none. */
  reset(counts: ReadonlyMap<string, number> = new Map()): void {
    this.#callsOf = new Map(counts)
  }

  #countCall(id: string, callsMax: number): number {
    if (callsMax === Infinity) return 1
    const calls = (this.#callsOf.get(id) ?? 0) + 1
    this.#callsOf.set(id, calls)
    return calls
  }
}

export interface MagicInCall {
  readonly candidates: readonly FaultCandidate[]
  /** The tags of each magic account of the call. */
  readonly tags: ReadonlyMap<string, readonly string[]>
}

function numberedTags(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `mock-tag-${index + 1}`)
}
