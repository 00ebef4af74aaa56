import { describe, expect, test } from 'vitest'

import { codes } from './codes.ts'
import { isMagic, readMagicId, refuseMagic } from './magic-id.ts'

describe('a magic account', () => {
  test.for([
    ['mock_err_91000', { kind: 'err', code: 91000 }],
    ['mock_each_70107', { kind: 'each', code: 70107 }],
    ['mock_http_502', { kind: 'http', status: 502, page: 'html' }],
    ['mock_http_429_json', { kind: 'http', status: 429, page: 'json' }],
    ['mock_reset', { kind: 'reset' }],
    ['mock_fin', { kind: 'fin' }],
    ['mock_hang', { kind: 'hang' }],
    ['mock_trunc_20', { kind: 'trunc', bytes: 20 }],
    ['mock_slow_3000', { kind: 'slow', durationMs: 3000 }],
    ['mock_delay_500', { kind: 'delay', latency: { kind: 'fixed', ms: 500 } }],
    ['mock_badjson', { kind: 'badjson' }],
    ['mock_emptybody', { kind: 'emptybody' }],
    ['mock_shuffle', { kind: 'shuffle' }],
    ['mock_dup', { kind: 'dup' }],
    ['mock_omit', { kind: 'omit' }],
    ['mock_tags_0', { kind: 'tags', count: 0 }],
    ['mock_tags_100', { kind: 'tags', count: 100 }],
  ] as const)('%s asks for %j, in every call or in the first N', ([id, effect]) => {
    expect(readMagicId(id)).toEqual({ effect, callsMax: Infinity })
    expect(readMagicId(`${id}_x3`)).toEqual({ effect, callsMax: 3 })
  })

  test('exists for every code of the catalogue', () => {
    for (const code of codes.keys()) {
      expect(readMagicId(`mock_err_${code}`).effect).toEqual({ kind: 'err', code })
      expect(readMagicId(`mock_each_${code}`).effect).toEqual({ kind: 'each', code })
    }
  })

  test.for([
    ['mock_hnag', 'mock_hang'],
    ['mock_resett', 'mock_reset'],
    ['mock_err_abc', 'mock_err_CODE'],
    ['mock_err_9999x', 'mock_err_90992, mock_err_90994, mock_err_90995'],
    ['mock_err_91001', 'mock_err_90001, mock_err_91000, mock_err_70001'],
    ['mock_err91000', 'mock_err_91000'],
    ['mock_each_7107', 'mock_each_70107'],
    ['mock_err_91000_busy', 'mock_err_91000'],
    ['mock_err_91000_x0', 'mock_err_91000'],
    ['mock_ERR_91000', 'mock_err_91000'],
    ['mock_http_99', 'mock_http_STATUS'],
    ['mock_htp_502', 'mock_http_STATUS'],
    ['mock_tags_1001', 'mock_tags_N'],
    ['mock_tags_', 'mock_tags_N'],
    [`mock_err_91000_x${'1'.repeat(20)}`, 'mock_err_CODE'],
  ] as const)('mistyped as %s is refused loudly and pointed at %s', ([id, near]) => {
    const { effect, callsMax } = readMagicId(id)
    expect(effect).toMatchObject({ kind: 'err', code: 60009 })
    expect(effect).toHaveProperty('text', expect.stringMatching(`; near: .*${near}`))
    expect(callsMax).toBe(Infinity)
  })

  test.for(['mock_', 'mock_xiaoming', 'mock_foo'])(
    'that resembles none, as %s, is refused loudly and pointed nowhere',
    (id) => {
      const text = `"${id}" is no magic account`
      expect(readMagicId(id).effect).toEqual({ kind: 'err', code: 60009, text })
    },
  )

  test('can be no ordinary user', () => {
    expect(() => refuseMagic('mock_err_91000')).toThrow('magic accounts')
    expect(() => refuseMagic('mocking')).not.toThrow()
  })

  test('is known by its beginning alone', () => {
    expect(['mock_', 'mock_x', 'mock', 'Mock_x', 'xmock_'].map(isMagic)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
})
