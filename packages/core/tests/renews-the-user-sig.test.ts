import { expect, test, vi } from 'vitest'

import { RefusedError } from '../src/index.ts'
import { clientOf, rejectionOf } from './support/client.ts'
import { openUpstream, refusedWith, tagged } from './support/loopback-upstream.ts'
import type { Answer, LoopbackUpstream } from './support/loopback-upstream.ts'

const expired = refusedWith(70001, 'The UserSig in use is expired')

function userSigsSeenBy(upstream: LoopbackUpstream): readonly (string | null)[] {
  return upstream.calls.map(({ url }) => url.searchParams.get('usersig'))
}

test('an expired UserSig is renewed and the call repeated at once', async () => {
  await using upstream = await openUpstream(expired, tagged('GoldMember'))
  const client = clientOf(upstream)
  const { tags } = await client.getTags(['xiaoming'])

  expect(tags).toEqual(new Map([['xiaoming', ['GoldMember']]]))
  const [first, second] = userSigsSeenBy(upstream)
  expect(first).not.toBe(second)
  expect(second).toBe(client.signer.current().text.reveal())
  expect(upstream.calls[1]?.body).toBe(upstream.calls[0]?.body)
})

test('a second 70001 ends the call, with advice about the clock', async () => {
  await using upstream = await openUpstream(expired)
  const error = await rejectionOf(clientOf(upstream).getTags(['xiaoming']))

  expect(upstream.calls).toHaveLength(2)
  expect(error).toBeInstanceOf(RefusedError)
  expect(error).toMatchObject({
    errorCode: 70001,
    errorInfo: 'The UserSig in use is expired',
    failureClass: 'expired-signature',
    advice: expect.stringContaining('clock'),
  })
})

test.each([70003, 70009, 70050, 91000, 60007])('%i is not repeated', async (errorCode) => {
  await using upstream = await openUpstream(refusedWith(errorCode), tagged())
  await expect(clientOf(upstream).getTags(['xiaoming'])).rejects.toMatchObject({ errorCode })
  expect(upstream.calls).toHaveLength(1)
})

test('the repeated call may be refused for another reason', async () => {
  await using upstream = await openUpstream(expired, refusedWith(91000))
  await expect(clientOf(upstream).getTags(['xiaoming'])).rejects.toMatchObject({
    errorCode: 91000,
    failureClass: 'retry',
  })
})

test('calls refused together renew once', async () => {
  // None is answered before all have come: a quick one would be repeated before the last is sent.
  const refusals: (() => void)[] = []
  const expiredTogether: Answer = (response, call) => {
    refusals.push(() => expired(response, call))
    if (refusals.length === 3) for (const refuse of refusals) refuse()
  }
  const three = [expiredTogether, expiredTogether, expiredTogether]
  await using upstream = await openUpstream(...three, tagged())
  const client = clientOf(upstream)
  await Promise.all(['user-1', 'user-2', 'user-3'].map((user) => client.getTags([user])))

  expect(upstream.calls).toHaveLength(6)
  expect(new Set(userSigsSeenBy(upstream)).size).toBe(2)
})

test('beforeRepeat is awaited before the repeated call, and only then', async () => {
  await using upstream = await openUpstream(expired, tagged())
  const { promise: slot, resolve: openSlot } = Promise.withResolvers<void>()
  const beforeRepeat = vi.fn<(signal: AbortSignal) => Promise<void>>(() => slot)
  const client = clientOf(upstream, { beforeRepeat })
  const { signal } = new AbortController()

  const reply = client.getTags(['xiaoming'], { signal })
  await vi.waitFor(() => expect(beforeRepeat).toHaveBeenCalledExactlyOnceWith(signal))
  expect(upstream.calls).toHaveLength(1)
  openSlot()
  await reply
  expect(upstream.calls).toHaveLength(2)

  await client.getTags(['xiaoming'])
  expect(beforeRepeat).toHaveBeenCalledOnce()
})

test('a beforeRepeat that rejects prevents the repeated call', async () => {
  await using upstream = await openUpstream(expired, tagged())
  const noSlot = new Error('no slot')
  const client = clientOf(upstream, { beforeRepeat: () => Promise.reject(noSlot) })
  await expect(client.getTags(['xiaoming'])).rejects.toBe(noSlot)
  expect(upstream.calls).toHaveLength(1)
})

test('a caller who leaves before the repeated call prevents it', async () => {
  await using upstream = await openUpstream(expired, tagged())
  const caller = new AbortController()
  const reason = new Error('left')
  const client = clientOf(upstream, {
    beforeRepeat: () => Promise.resolve(caller.abort(reason)),
  })
  await expect(client.getTags(['xiaoming'], { signal: caller.signal })).rejects.toBe(reason)
  expect(upstream.calls).toHaveLength(1)
})
