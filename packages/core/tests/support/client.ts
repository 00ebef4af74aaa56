import { createSigner, createTagClient } from '../../src/index.ts'
import type { Signer, TagClient, TagClientOptions } from '../../src/index.ts'
import type { LoopbackUpstream } from './loopback-upstream.ts'

export const secretKey = 'canary-key-5f1d9a'

export function aSigner(): Signer {
  return createSigner({ sdkAppId: 1_400_000_000, secretKey, adminId: 'administrator' })
}

/** A client of the upstream, with what it signs by. */
export function clientOf(
  upstream: Pick<LoopbackUpstream, 'baseUrl'>,
  options: Partial<Omit<TagClientOptions, 'region' | 'baseUrl'>> = {},
): TagClient & { readonly signer: Signer } {
  const signer = options.signer ?? aSigner()
  return { ...createTagClient({ ...options, signer, baseUrl: upstream.baseUrl }), signer }
}

/** Returns what a promise rejects with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('expected a rejection')
}
