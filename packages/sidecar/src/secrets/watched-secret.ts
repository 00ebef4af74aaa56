import type { Secret } from '@tagside/core'

import type { Reading } from './read-secret-file.ts'
import type { SecretChange, SecretName, SecretRing, SecretState, Verdict } from './secret-change.ts'
import { type FileChange, SecretFile } from './secret-file.ts'
import { ACCEPTED, FILE, OFFERED, UNUSABLE, WHAT } from './secret-words.ts'

export interface WatchedSecretOptions {
  readonly name: SecretName
  readonly path: string
  /** What was in the file at the start. */
  readonly secret: Secret
  readonly read: (path: string) => Promise<Reading>
  readonly ring: SecretRing
  readonly onChange: (change: SecretChange) => void
  /** Told when calls may fare better than before: a secret that nobody has tried is on trial, or one was accepted. */
  readonly onProspect?: () => void
}

/** WatchedSecret carries what is new from a secret's file to its ring, tells operators of it, and keeps count. */
export class WatchedSecret {
  readonly #options: WatchedSecretOptions
  readonly #file: SecretFile
  #isRefused = false
  #accepted = 0
  #refused = 0
  #unusable = 0

  constructor(options: WatchedSecretOptions) {
    this.#options = options
    this.#file = new SecretFile({ ...options, tell: (change) => this.#changed(change) })
  }

  watch(): void {
    this.#file.watch()
  }

  lookForNew(): Promise<void> {
    return this.#file.lookForNew()
  }

  close(): void {
    this.#file.close()
  }

  /** Says what became of the secret on trial. */
  judged(verdict: Verdict): void {
    const { name, onProspect } = this.#options
    this.#isRefused = verdict.kind === 'refused'
    if (verdict.kind === 'accepted') {
      this.#accepted += 1
      this.#tell({ event: 'secret-accepted', level: 'info', message: ACCEPTED[name] })
      // A call refused beside the accepted one would keep the rest waiting for a minute.
      return onProspect?.()
    }
    this.#refused += 1
    this.#tell({
      event: 'secret-refused',
      level: 'warn',
      message: `Tencent refuses the new ${WHAT[name]}, so the one before it stays. Check that the file has the key of this SDKAppID.`,
      upstreamCode: verdict.upstreamCode,
    })
  }

  state(): SecretState {
    return {
      secret: this.#options.name,
      usable: this.#file.isUsable,
      onTrial: this.#options.ring.isOnTrial,
      isRefused: this.#isRefused,
      accepted: this.#accepted,
      refused: this.#refused,
      unusable: this.#unusable,
    }
  }

  #changed(change: FileChange): void {
    const file = `the file of the ${WHAT[this.#options.name]} (${FILE[this.#options.name]})`
    switch (change.kind) {
      case 'changed':
        return this.#offer(change.secret)
      case 'unusable':
        this.#unusable += 1
        return this.#tell({
          event: 'secret-file-unusable',
          level: 'warn',
          message: `${file} ${UNUSABLE[change.reason]}: what was read before stays in use. Put the secret back, alone, on one line.`,
          reason: change.reason,
        })
      case 'usable':
        return this.#tell({
          event: 'secret-file-usable',
          level: 'info',
          message: `${file} can be used again`,
        })
      case 'permissions':
        return this.#tell({
          event: 'secret-file-permissions',
          level: 'warn',
          message: `${file} is open to more than its owner and the readers of its group: chmod 0640 or less (defaultMode of a Kubernetes volume)`,
          mode: change.mode.toString(8).padStart(4, '0'),
        })
    }
  }

  #offer(secret: Secret): void {
    const { name, ring, onProspect } = this.#options
    const offer = ring.offer(secret)
    this.#isRefused = offer === 'refused-before'
    this.#tell({ event: 'secret-reloaded', level: 'info', message: OFFERED[name][offer] })
    if (offer === 'on-trial') onProspect?.()
  }

  #tell(change: Omit<SecretChange, 'secret'>): void {
    this.#options.onChange({ ...change, secret: this.#options.name })
  }
}
