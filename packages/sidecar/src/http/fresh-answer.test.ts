import { expect, test } from 'vitest'

import { freshAnswer } from './fresh-answer.ts'
import { WallTime } from './wall-time.ts'

test('an answer has the id of its request, its age and what is left of its fresh time in whole seconds', () => {
  const body = { text: '{}', bytes: 2, dates: { fetchedAtMs: 1_000, freshUntilMs: 8_999 } }
  const answer = freshAnswer(body, 'trace-1', new WallTime(() => 0), 3_999)
  expect(answer).toContain('\r\nX-Request-Id: trace-1\r\n')
  expect(answer).toContain('\r\nCache-Status: tagside; hit; ttl=5\r\nAge: 2\r\n')
})
