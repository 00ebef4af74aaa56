import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { Conversation } from './conversation.ts'

const GET = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
const withBody = (bytes: number): NonSharedBuffer =>
  Buffer.from(`POST / HTTP/1.1\r\nContent-Length: ${bytes}\r\n\r\n${'\n'.repeat(bytes)}`)

const headers = (request: Buffer): Record<string, string> => {
  const [, length] = /Content-Length: (\d+)/.exec(request.toString()) ?? []
  return length === undefined ? {} : { 'content-length': length }
}

describe('a conversation is at rest', () => {
  test('not before its first request is answered', () => {
    const conversation = new Conversation()
    expect(conversation.isAtRest).toBe(false)
    conversation.heard(GET)
    conversation.began({ headers: {} })
    expect(conversation.isAtRest).toBe(false)
    conversation.ended()
    expect(conversation.isAtRest).toBe(true)
  })

  test('not while the next request has begun to come', () => {
    const conversation = new Conversation()
    conversation.heard(Buffer.concat([GET, GET.subarray(0, 1)]))
    conversation.began({ headers: {} })
    conversation.ended()
    expect(conversation.isAtRest).toBe(false)
    conversation.heard(GET.subarray(1))
    conversation.began({ headers: {} })
    conversation.ended()
    expect(conversation.isAtRest).toBe(true)
  })

  test('not while something of an answered request is still to come', () => {
    const conversation = new Conversation()
    const request = withBody(10)
    conversation.heard(request.subarray(0, -1))
    conversation.began({ headers: headers(request) })
    conversation.ended()
    expect(conversation.isAtRest).toBe(false)
    conversation.heard(request.subarray(-1))
    expect(conversation.isAtRest).toBe(true)
  })

  test('never again once there was a request in chunks, whose end it does not look for', () => {
    const conversation = new Conversation()
    conversation.heard(GET)
    conversation.began({ headers: { 'transfer-encoding': 'chunked' } })
    conversation.ended()
    conversation.heard(GET)
    conversation.began({ headers: {} })
    conversation.ended()
    expect(conversation.isAtRest).toBe(false)
  })

  test('never again once there was a wish for another protocol, behind which Node drops what came', () => {
    const conversation = new Conversation()
    conversation.heard(Buffer.concat([GET, GET]))
    conversation.began({ headers: { upgrade: 'h2c' } })
    conversation.ended()
    conversation.heard(GET)
    conversation.began({ headers: { 'content-length': String(GET.length) } })
    conversation.ended()
    expect(conversation.isAtRest).toBe(false)
  })

  test('never again once a head ended that it has not heard', () => {
    const conversation = new Conversation()
    conversation.began({ headers: {} })
    conversation.ended()
    conversation.heard(Buffer.from('abc'))
    expect(conversation.isAtRest).toBe(false)
  })

  test('never again once a head was longer than any without padding, which is not kept', () => {
    const conversation = new Conversation()
    conversation.heard(GET.subarray(0, -2))
    for (let kib = 0; kib < 17; kib += 1) conversation.heard(Buffer.alloc(1_024, ' '))
    conversation.heard(Buffer.from('\r\n\r\n'))
    conversation.began({ headers: {} })
    conversation.ended()
    expect(conversation.isAtRest).toBe(false)
  })

  test('while line ends come, which the parser skips before a request', () => {
    const conversation = new Conversation()
    conversation.heard(GET)
    conversation.began({ headers: {} })
    conversation.ended()
    for (const ends of ['\r', '\n', '\r\n\r\n']) {
      conversation.heard(Buffer.from(ends))
      expect(conversation.isAtRest).toBe(true)
    }
  })

  test('if and only if all that came is whole requests, all of them answered', () => {
    const request = fc.oneof(fc.constant(GET), fc.nat(40).map(withBody))
    fc.assert(
      fc.property(
        fc.array(request, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('', '\r\n', '\n', '\r\n\r\n'),
        fc.array(fc.nat(), { maxLength: 8 }),
        fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
        (bare, before, cuts, answersNow) => {
          const requests = bare.map((each) => Buffer.concat([Buffer.from(before), each]))
          const whole = Buffer.concat(requests)
          const conversation = new Conversation()
          const ends = requests.map(
            (_, index) => Buffer.concat(requests.slice(0, index + 1)).length,
          )
          const heads = requests.map((each, index) => {
            const start = (ends[index] ?? 0) - each.length
            return start + each.indexOf('\r\n\r\n', before.length) + 4
          })
          let came = 0
          let begun = 0
          let answered = 0
          const stops = [...cuts.map((cut) => cut % whole.length), whole.length]
          for (const [turn, stop] of stops.toSorted((a, b) => a - b).entries()) {
            if (stop === came) continue
            conversation.heard(whole.subarray(came, stop))
            came = stop
            while (begun < heads.length && (heads[begun] ?? 0) <= came) {
              conversation.began({ headers: headers(requests[begun] ?? GET) })
              begun += 1
            }
            while (answered < begun && answersNow[turn % answersNow.length] === true) {
              conversation.ended()
              answered += 1
            }
            const end = ends[begun - 1] ?? 0
            const isWhole = end <= came && came <= end + before.length
            const isAtRest = begun > 0 && answered === begun && isWhole
            expect(conversation.isAtRest).toBe(isAtRest)
          }
        },
      ),
      { seed: 60_567, numRuns: 1_000 },
    )
  })
})
