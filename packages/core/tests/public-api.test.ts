import { expect, expectTypeOf, test } from 'vitest'

import * as core from '../src/index.ts'

test('the package exports these names and no others', () => {
  expect(Object.keys(core).sort()).toEqual([
    'CallTimeoutError',
    'HttpStatusError',
    'InvalidReplyError',
    'RefusedError',
    'Secret',
    'TencentError',
    'UnreachableError',
    'createSigner',
    'createTagClient',
    'describeErrorCode',
    'regions',
    'signUserSig',
  ])
})

test('a caller can match every error by its code', () => {
  expectTypeOf<core.TencentError['code']>().toEqualTypeOf<
    | 'TENCENT_REFUSED'
    | 'TENCENT_HTTP_STATUS'
    | 'TENCENT_UNREACHABLE'
    | 'TENCENT_TIMEOUT'
    | 'TENCENT_INVALID_REPLY'
  >()
  expectTypeOf<core.TencentError['failureClass']>().toEqualTypeOf<core.FailureClass>()
})

test('a client is told where to call in one way, not in none and not in two', () => {
  type Signing = { readonly signer: core.Signer }
  expectTypeOf<Signing & { region: 'tokyo' }>().toExtend<core.TagClientOptions>()
  expectTypeOf<Signing & { baseUrl: URL }>().toExtend<core.TagClientOptions>()
  expectTypeOf<Signing>().not.toExtend<core.TagClientOptions>()
  expectTypeOf<
    Signing & { region: 'tokyo'; baseUrl: string }
  >().not.toExtend<core.TagClientOptions>()
})
