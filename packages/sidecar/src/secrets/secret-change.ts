import type { Secret } from '@tagside/core'

/** The secrets that may come from a file; names of series and log fields. */
export type SecretName = 'secret-key' | 'access-token'

/** What became of a secret that a file brought: `accepted` when it first worked, `refused` when Tencent refused it. */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly upstreamCode: number }

/** What happens with a secret that a file brings: see {@link SecretRing.offer}. */
export type Offer = 'on-trial' | 'refused-before' | 'in-use'

/** Holds the secret in use and, while there is one, a newer one on trial. */
export interface SecretRing {
  /**
   * Takes the secret that the file holds from now on. It is put on trial, unless it is the one in use: then there is none on trial any more.
   * `refused-before`: it is on trial, but Tencent refused it a moment ago.
   */
  readonly offer: (secret: Secret) => Offer
  readonly isOnTrial: boolean
}

/** How a secret that comes from a file is at one moment; counts are since the start. */
export interface SecretState {
  readonly secret: SecretName
  /** The file is there and holds one text without white space. */
  readonly usable: boolean
  /** The file holds another secret than the one in use, and it has not worked yet. */
  readonly onTrial: boolean
  /** Tencent refused the one on trial. */
  readonly isRefused: boolean
  /** New secrets that worked, that Tencent refused, and times the file became unusable. */
  readonly accepted: number
  readonly refused: number
  readonly unusable: number
}

/** Something that an operator would want to know of a secret or its file; told once, when it happens. */
export interface SecretChange {
  readonly event:
    | 'secret-reloaded'
    | 'secret-accepted'
    | 'secret-refused'
    | 'secret-file-unusable'
    | 'secret-file-usable'
    | 'secret-file-permissions'
  readonly level: 'info' | 'warn'
  readonly secret: SecretName
  /** What happened and what to do. */
  readonly message: string
  readonly reason?: string
  readonly mode?: string
  readonly upstreamCode?: number
}
