import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { FaultRules } from './fault-rules.ts'
import { createRandom } from './random.ts'

/**
 * Asks a single rule about so many calls of xiaoming's, and returns on which it fired, counted from
 * 1.
 */
function firings(spec: string, calls: number, seed = 1): number[] {
  const rules = new FaultRules([], createRandom(seed))
  rules.add(spec)
  return Array.from({ length: calls }, (_, index) => index + 1).filter(() =>
    rules.candidates('added', ['xiaoming']).some((candidate) => candidate.fires()),
  )
}

describe('a fault in force', () => {
  test.for([
    ['reset', [1, 2, 3, 4, 5, 6]],
    ['reset;times=2', [1, 2]],
    ['reset;times=0', []],
    ['reset;skip=4', [5, 6]],
    ['reset;every=2', [2, 4, 6]],
    ['reset;every=2;skip=1', [3, 5]],
    ['reset;every=2;skip=1;times=1', [3]],
    ['reset;account=xiaoming;times=1', [1]],
    ['reset;account=xiaohong', []],
  ] as const)('%s fires on the calls %j of six', ([spec, expected]) => {
    expect(firings(spec, 6)).toEqual(expected)
  })

  test('with p=0 never fires and with p=1 always', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(firings('reset;p=0', 50, seed)).toHaveLength(0)
        expect(firings('reset;p=1', 50, seed)).toHaveLength(50)
      }),
    )
  })

  test('with p fires on about that share of the calls, and on the same ones for the same seed', () => {
    expect(firings('reset;p=0.3', 10_000, 7).length / 10_000).toBeCloseTo(0.3, 1)
    expect(firings('reset;p=0.3', 100, 7)).toEqual(firings('reset;p=0.3', 100, 7))
    expect(firings('reset;p=0.3', 100, 7)).not.toEqual(firings('reset;p=0.3', 100, 8))
  })

  test('counts towards times only the calls on which it fired', () => {
    expect(firings('reset;p=0.5;times=3', 1000)).toHaveLength(3)
  })

  test('tells what it has matched and done, and ends when it is removed', () => {
    const rules = new FaultRules([], createRandom(1))
    const rule = rules.add('err:60007;times=1')
    for (const call of [1, 2, 3]) {
      expect(rules.candidates('added', []).map((each) => each.fires())).toEqual([call === 1])
    }
    expect(rule).toMatchObject({ spec: 'err:60007;times=1', hits: 3, fired: 1 })
    rule.remove()
    rule.remove()
    expect(rules.list()).toEqual([])
  })
})

describe('the faults of an app', () => {
  test('are asked newest first, those of the start last', () => {
    const rules = new FaultRules([{ action: { kind: 'hang' } }], createRandom(1))
    rules.add('reset')
    rules.add('fin')
    expect(rules.list().map((rule) => rule.spec)).toEqual(['fin', 'reset', 'hang'])
  })

  test('go back to those of the start, with nothing counted', () => {
    const rules = new FaultRules([{ action: { kind: 'hang' }, times: 1 }], createRandom(1))
    rules.add('reset')
    rules.candidates('startup', []).map((each) => each.fires())
    rules.reset()
    expect(rules.list()).toMatchObject([{ spec: 'hang;times=1', hits: 0, fired: 0 }])
  })

  test('can all be taken out of force', () => {
    const rules = new FaultRules([{ action: { kind: 'hang' } }], createRandom(1))
    rules.add('reset')
    expect(rules.clear()).toBe(2)
    expect(rules.list()).toEqual([])
  })
})
