import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { restTells, told } from './support/both-faces.ts'
import { RudeUpstream } from './support/rude-upstream.ts'
import { OLD_AT_ONCE, sidecarOver } from './support/sidecar-over.ts'

const testData = (name: string): string =>
  readFileSync(new URL(`tls-test-data/${name}.pem`, import.meta.url), 'utf8')

const key = testData('key')
const valid = { cert: testData('valid'), key }

const STALE = { rest: 'stale GoldMember', dropin: 'stale GoldMember' }
const UNREACHABLE = { rest: '502 upstream-unreachable', dropin: 'FAIL 91000 of tagside' }

const trustedBefore = getCACertificates()
beforeAll(() => setDefaultCACertificates([testData('ca')]))
afterAll(() => setDefaultCACertificates(trustedBefore))

describe('certificates', () => {
  test('U25 a certificate that has expired, or is for another name, ends the connection before a request is sent, and there is no second try without TLS', async () => {
    for (const [bad, code] of [
      ['expired', 'CERT_HAS_EXPIRED'],
      ['other-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ] as const) {
      await using upstream = await RudeUpstream.open(valid)
      await using sidecar = await sidecarOver(upstream.url, OLD_AT_ONCE)
      expect(await restTells(sidecar.url, 'user-1')).toBe('fetched GoldMember')
      upstream.identifyAs({ cert: testData(bad), key })
      const answer = await fetch(`${sidecar.url}/v1/users/user-3/tags`)
      expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(code) })
      expect(await told(sidecar.url, 'user-2')).toEqual(UNREACHABLE)
      expect(await told(sidecar.url, 'user-1')).toEqual(STALE)
      expect(upstream.calls).toHaveLength(1)
      expect(upstream.connections).toBeGreaterThan(1)
    }
  })
})
