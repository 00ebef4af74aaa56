import {
  CallTimeoutError,
  HttpStatusError,
  InvalidReplyError,
  RefusedError,
  UnreachableError,
} from '@tagside/core'
import { describe, expect, test } from 'vitest'

import { namingSettings } from './settings-at-fault.ts'

const origin = 'https://tencent.example'
const region = { upstream: { region: 'singapore' } } as const
const refused = (errorCode: number): RefusedError => new RefusedError({ errorCode, errorInfo: '' })

describe('the message of a failed call names the settings that may have caused it:', () => {
  test.each([
    [
      'another key',
      refused(70009),
      'Settings: TAGSIDE_SECRET_KEY_FILE (or TAGSIDE_SECRET_KEY), TAGSIDE_SDK_APP_ID.',
    ],
    ['no admin', refused(90009), 'Setting: TAGSIDE_ADMIN_ID.'],
    [
      'another region',
      refused(60026),
      'Settings: TAGSIDE_REGION (now singapore), TAGSIDE_SDK_APP_ID.',
    ],
    [
      'an app unknown there',
      refused(70020),
      'Settings: TAGSIDE_REGION (now singapore), TAGSIDE_SDK_APP_ID.',
    ],
    [
      'other credentials',
      refused(70013),
      'Settings: TAGSIDE_SDK_APP_ID, TAGSIDE_SECRET_KEY_FILE (or TAGSIDE_SECRET_KEY), TAGSIDE_ADMIN_ID.',
    ],
    ['too many calls', refused(60007), 'Settings: TAGSIDE_CALLS_PER_SECOND, TAGSIDE_REPLICAS.'],
    [
      'nobody there',
      new UnreachableError({ origin, systemCode: 'ECONNREFUSED', cause: undefined }),
      'Setting: TAGSIDE_REGION (now singapore).',
    ],
    [
      'no reply of Tencent',
      new InvalidReplyError('it is HTML'),
      'Setting: TAGSIDE_REGION (now singapore).',
    ],
    [
      'a web page',
      new HttpStatusError({ origin, status: 404, retryAfterMs: undefined }),
      'Setting: TAGSIDE_REGION (now singapore).',
    ],
  ])('%s', (_, error, names) => {
    const { message } = error
    expect(namingSettings(error, region)).toBe(error)
    expect(error.message).toBe(`${message} ${names}`)
  })

  test('the URL, where one is called instead of a region', () => {
    const error = refused(60026)
    namingSettings(error, { upstream: { baseUrl: new URL(origin) } })
    expect(error.message).toMatch(/ Settings: TAGSIDE_UPSTREAM_URL, TAGSIDE_SDK_APP_ID\.$/)
  })
})

describe('the message stays as it is where no setting is at fault:', () => {
  test.each([
    ['an error of the service', refused(91000)],
    ['the plan', refused(60020)],
    ['a code that nobody knows', refused(12345)],
    ['a server error', new HttpStatusError({ origin, status: 502, retryAfterMs: undefined })],
    ['throttling by status', new HttpStatusError({ origin, status: 429, retryAfterMs: undefined })],
    ['a slow answer', new CallTimeoutError({ origin, timeoutMs: 1 })],
    ['a defect', new TypeError('x')],
  ])('%s', (_, error) => {
    const { message } = error
    namingSettings(error, region)
    expect(error.message).toBe(message)
  })
})
