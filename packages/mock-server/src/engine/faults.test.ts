import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Action, Fault } from './faults.ts'
import { actionForms, FaultSyntaxError, parseFault, printFault } from './faults.ts'

const whole = (min: number): fc.Arbitrary<number> => fc.integer({ min, max: 999_999_999 })
const decimal = fc.double({ min: 0, max: 1e6, noNaN: true }).map((number) => Math.abs(number))
const text = fc.string().map((string) => string.replaceAll(';', ''))

const latency = fc.oneof(
  fc.record({ kind: fc.constant('fixed' as const), ms: decimal }),
  fc.tuple(decimal, decimal).map(([a, b]) => ({
    kind: 'uniform' as const,
    minMs: Math.min(a, b),
    maxMs: Math.max(a, b),
  })),
  fc.record({ kind: fc.constant('lognormal' as const), medianMs: decimal, sigma: decimal }),
)

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record(
    { kind: fc.constant('err' as const), code: whole(1), text },
    { requiredKeys: ['kind', 'code'] },
  ),
  fc.record({ kind: fc.constant('each' as const), code: whole(1) }),
  fc.record({
    kind: fc.constant('http' as const),
    status: fc.integer({ min: 200, max: 599 }),
    page: fc.constantFrom('html' as const, 'json' as const, 'empty' as const),
  }),
  fc.record({ kind: fc.constant('trunc' as const), bytes: whole(0) }),
  fc.record({ kind: fc.constant('slow' as const), durationMs: whole(0) }),
  fc.record({ kind: fc.constant('delay' as const), latency }),
  fc
    .constantFrom('reset', 'fin', 'hang', 'badjson', 'emptybody', 'shuffle', 'dup', 'omit')
    .map((kind) => ({ kind })),
)

const fault: fc.Arbitrary<Fault> = fc.record(
  {
    action,
    times: whole(0),
    skip: whole(0),
    every: whole(1),
    p: fc.double({ min: 0, max: 1, noNaN: true }).map((number) => Math.abs(number)),
    account: text.filter((id) => id !== ''),
  },
  { requiredKeys: ['action'] },
)

describe('the grammar of faults', () => {
  test('reads every fault as it was printed', () => {
    fc.assert(
      fc.property(fault, (given) => {
        expect(parseFault(printFault(given))).toEqual(given)
      }),
      { numRuns: 1000 },
    )
  })

  test.for([
    ['err:60007;times=2', { action: { kind: 'err', code: 60007 }, times: 2 }],
    ['err:91000:busy: later', { action: { kind: 'err', code: 91000, text: 'busy: later' } }],
    ['http:502', { action: { kind: 'http', status: 502, page: 'html' } }],
    ['http:429:json', { action: { kind: 'http', status: 429, page: 'json' } }],
    ['reset; p=0.5; account=a=b', { action: { kind: 'reset' }, p: 0.5, account: 'a=b' }],
    [
      'delay:lognormal(40,0.4);every=3;skip=1',
      {
        action: { kind: 'delay', latency: { kind: 'lognormal', medianMs: 40, sigma: 0.4 } },
        every: 3,
        skip: 1,
      },
    ],
  ] as const)('reads %s', ([spec, expected]) => {
    expect(parseFault(spec)).toEqual(expected)
  })

  test.for([
    ['', 'is no fault'],
    ['er:60007', 'near: err'],
    ['toString', 'is no fault'],
    ['err', 'expected err:CODE'],
    ['err:', 'expected err:CODE'],
    ['err:0', 'expected err:CODE'],
    ['err:six', 'expected err:CODE'],
    ['each:70107:x', 'expected each:CODE'],
    ['http:199', 'expected http:STATUS'],
    ['http:600', 'expected http:STATUS'],
    ['http:502:xml', 'expected http:STATUS'],
    ['http:502:html:x', 'expected http:STATUS'],
    ['trunc:-1', 'expected trunc:BYTES'],
    ['slow:1.5', 'expected slow:MS'],
    ['delay', 'expected delay:LATENCY'],
    ['delay:uniform(2,1)', 'expected delay:LATENCY'],
    ['delay:normal(1,2)', 'expected delay:LATENCY'],
    ['reset:1', 'expected reset'],
    ['reset;', 'is no option'],
    ['reset;times', 'is no option'],
    ['reset;time=1', 'is no option'],
    ['reset;times=-1', 'is no option'],
    ['reset;every=0', 'is no option'],
    ['reset;p=1.1', 'is no option'],
    ['reset;p=half', 'is no option'],
    ['reset;account=', 'is no option'],
    ['reset;times=1;times=2', 'given twice'],
  ] as const)('refuses "%s" and says %s', ([spec, complaint]) => {
    expect(() => parseFault(spec)).toThrow(FaultSyntaxError)
    expect(() => parseFault(spec)).toThrow(complaint)
  })

  test('names every action in its forms', () => {
    for (const [kind, form] of Object.entries(actionForms)) expect(form.startsWith(kind)).toBe(true)
  })
})
