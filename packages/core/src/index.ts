export { describeErrorCode } from './error-codes.ts'
export type { ErrorCodeEntry, FailureClass } from './error-codes.ts'
export type { TagReply, UserError } from './envelope.ts'
export {
  CallTimeoutError,
  HttpStatusError,
  InvalidReplyError,
  RefusedError,
  TencentError,
  UnreachableError,
} from './errors.ts'
export { regions } from './regions.ts'
export type { Region } from './regions.ts'
export { Secret } from './secret.ts'
export { createSigner } from './signer.ts'
export type { Signer } from './signer.ts'
export { createTagClient } from './tag-client.ts'
export type { TagClient, TagClientOptions } from './tag-client.ts'
export { signUserSig } from './user-sig.ts'
export type { SignerOptions, UserSig } from './user-sig.ts'
