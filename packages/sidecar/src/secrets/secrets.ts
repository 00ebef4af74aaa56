import type { Secret } from '@tagside/core'

import type { LoadBatch } from '../lookup/upstream.ts'
import { KeyRing, type KeyRingOptions } from './key-ring.ts'
import { readSecretFile } from './read-secret-file.ts'
import type { SecretChange, SecretState } from './secret-change.ts'
import { TokenRing } from './token-ring.ts'
import { WatchedSecret } from './watched-secret.ts'

export interface SecretsOptions extends Pick<KeyRingOptions, 'loadWith' | 'takeExtraCall' | 'now'> {
  readonly secretKey: Secret
  /** Absent = it was given itself, and does not change. */
  readonly secretKeyFile: string | undefined
  /** Absent = callers need none. */
  readonly accessToken: Secret | undefined
  readonly accessTokenFile: string | undefined
  /** Says that there is a new secret key, or that a new one was accepted. */
  readonly credentialsChanged: () => void
  /** Told of each change once. */
  readonly onChange: (change: SecretChange) => void
}

/** The secrets of a sidecar: those in use, those on trial, and the files that bring new ones. */
export class Secrets {
  /** Makes upstream calls, signed with the secret key in use or on trial. */
  readonly load: LoadBatch
  /** Reports whether a text is an access token to let in; absent = callers need none. */
  readonly acceptsToken: ((text: string) => boolean) | undefined
  readonly #watched: WatchedSecret[] = []

  constructor(options: SecretsOptions) {
    this.load = this.#keys(options)
    this.acceptsToken = this.#tokens(options)
  }

  /** Those that come from files. */
  states(): readonly SecretState[] {
    return this.#watched.map((watched) => watched.state())
  }

  watch(): void {
    for (const watched of this.#watched) watched.watch()
  }

  /** Reads no file any more. Calls go on with the secrets that there are. */
  close(): void {
    for (const watched of this.#watched) watched.close()
  }

  #keys(options: SecretsOptions): LoadBatch {
    const { secretKey, secretKeyFile, onChange, credentialsChanged } = options
    // Only a key that the file brought is judged, and then there is a file.
    const ring = new KeyRing({
      ...options,
      lookForNew: async () => file?.lookForNew(),
      onVerdict: (verdict) => file?.judged(verdict),
    })
    const file =
      secretKeyFile === undefined
        ? undefined
        : new WatchedSecret({
            name: 'secret-key',
            path: secretKeyFile,
            secret: secretKey,
            read: readSecretFile,
            ring,
            onChange,
            onProspect: credentialsChanged,
          })
    if (file !== undefined) this.#watched.push(file)
    return (users) => ring.load(users)
  }

  #tokens(options: SecretsOptions): ((text: string) => boolean) | undefined {
    const { accessToken, accessTokenFile, onChange } = options
    if (accessToken === undefined) return undefined
    const ring = new TokenRing(accessToken, () => file?.judged({ kind: 'accepted' }))
    const file =
      accessTokenFile === undefined
        ? undefined
        : new WatchedSecret({
            name: 'access-token',
            path: accessTokenFile,
            secret: accessToken,
            read: readSecretFile,
            ring,
            onChange,
          })
    if (file !== undefined) this.#watched.push(file)
    return (text) => ring.accepts(text)
  }
}
