import type { Secret } from '@tagside/core'

import type { Reading, Unusable } from './read-secret-file.ts'

/** Twice, and a new secret is in use within two seconds even on a slow disk. */
const LOOK_EVERY_MS = 500

/** Bits that 0640 does not have: execution, writing by the group, anything by others. */
const WIDER_THAN_0640 = 0o137

/** What a file tells of itself, once for each change. */
export type FileChange =
  | { readonly kind: 'changed'; readonly secret: Secret }
  | { readonly kind: 'unusable'; readonly reason: Unusable }
  | { readonly kind: 'usable' }
  | { readonly kind: 'permissions'; readonly mode: number }

export interface SecretFileOptions {
  readonly path: string
  /** What was in the file at the start. */
  readonly secret: Secret
  /** Looks at the file; never rejects. */
  readonly read: (path: string) => Promise<Reading>
  readonly tell: (change: FileChange) => void
}

/**
 * SecretFile watches the file of a secret by reading it twice a second, and believes what two readings in a row agree on: a file that is cut
 * short and written again is seen in between now and then.
 *
 * It reads, where `fs.watch` would tell, because what is told differs: Kubernetes swaps a symlink two directories up, NFS tells nobody,
 * an editor replaces the file that is watched by another, and a watch needs a right of its own under Node's permission model. Fifty
 * microseconds twice a second are worth less than one missed rotation.
 */
export class SecretFile {
  readonly #options: SecretFileOptions
  #secret: Secret
  #seen: Reading | undefined
  /** Absent = the file is well. */
  #unusable: Unusable | undefined
  #hasWarned = false
  #urgentLook: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: SecretFileOptions) {
    this.#options = options
    this.#secret = options.secret
  }

  get isUsable(): boolean {
    return this.#unusable === undefined
  }

  /** Looks now, and then every half second until {@link close}. Keeps no process alive. */
  watch(): void {
    void this.#look()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  /** Looks now, and takes a new secret at its first reading: for one who has nothing to lose by it. Resolves after half a second where a disk hangs. */
  async lookForNew(): Promise<void> {
    this.#urgentLook ??= this.#lookUrgently().finally(() => (this.#urgentLook = undefined))
    const patience = Promise.withResolvers<void>()
    const timer = setTimeout(() => patience.resolve(), LOOK_EVERY_MS)
    await Promise.race([this.#urgentLook, patience.promise])
    clearTimeout(timer)
  }

  async #lookUrgently(): Promise<void> {
    const reading = await this.#options.read(this.#options.path)
    if (this.#isClosed || reading.kind === 'unusable') return
    // A look that began before this one disagrees with it, and is not believed.
    this.#seen = reading
    this.#believe(reading)
  }

  async #look(): Promise<void> {
    const reading = await this.#options.read(this.#options.path)
    if (this.#isClosed) return
    if (this.#seen !== undefined && agree(this.#seen, reading)) this.#believe(reading)
    this.#seen = reading
    // After the reading, not beside it: where a disk hangs, one reading waits for it.
    this.#timer = setTimeout(() => void this.#look(), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  #believe(reading: Reading): void {
    const { tell } = this.#options
    if (reading.kind === 'unusable') {
      if (this.#unusable === reading.reason) return
      this.#unusable = reading.reason
      tell(reading)
      return
    }
    if ((reading.mode & WIDER_THAN_0640) !== 0 && !this.#hasWarned) {
      this.#hasWarned = true
      tell({ kind: 'permissions', mode: reading.mode })
    }
    if (this.#unusable !== undefined) tell({ kind: 'usable' })
    this.#unusable = undefined
    if (isSame(reading.secret, this.#secret)) return
    this.#secret = reading.secret
    tell({ kind: 'changed', secret: reading.secret })
  }
}

function agree(one: Reading, other: Reading): boolean {
  if (one.kind === 'secret') return other.kind === 'secret' && isSame(one.secret, other.secret)
  return other.kind === 'unusable' && one.reason === other.reason
}

function isSame(one: Secret, other: Secret): boolean {
  return one.reveal() === other.reveal()
}
