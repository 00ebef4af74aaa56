import { Secret } from '@tagside/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Reading, Unusable } from './read-secret-file.ts'
import type { Offer, SecretChange, SecretName } from './secret-change.ts'
import { WatchedSecret } from './watched-secret.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A watched secret whose file held `canary-1` at the start, and what it told. `offers` is what its ring answers. */
function watchedWith(name: SecretName, offers: Offer = 'on-trial') {
  const changes: SecretChange[] = []
  const offered: string[] = []
  const disk: { reading: Reading } = { reading: holding('canary-1') }
  let prospects = 0
  const watched = new WatchedSecret({
    name,
    path: '/run/canary-path',
    secret: new Secret('canary-1'),
    read: async () => disk.reading,
    ring: {
      isOnTrial: true,
      offer: (secret) => {
        offered.push(secret.reveal())
        return offers
      },
    },
    onChange: (change) => changes.push(change),
    onProspect: () => (prospects += 1),
  })
  watched.watch()
  const becomes = async (reading: Reading): Promise<SecretChange | undefined> => {
    disk.reading = reading
    await vi.advanceTimersByTimeAsync(2_000)
    return changes.at(-1)
  }
  return { watched, changes, offered, becomes, prospects: () => prospects }
}

const holding = (text: string, mode = 0o600): Reading => ({
  kind: 'secret',
  secret: new Secret(text),
  mode,
})

test.each<[SecretName, Offer, RegExp, number]>([
  ['secret-key', 'on-trial', /new secret key: the next call tries it/, 1],
  ['secret-key', 'refused-before', /that Tencent refused a moment ago/, 0],
  ['secret-key', 'in-use', /the secret key again that is in use/, 0],
  ['access-token', 'on-trial', /new access token: callers may send either/, 1],
  ['access-token', 'in-use', /the access token again that is in use/, 0],
])(
  'a new %s is offered to its ring and told (%s); there are prospects where nobody has tried it',
  async (name, offer, message, prospects) => {
    const it = watchedWith(name, offer)
    expect(await it.becomes(holding('canary-2'))).toEqual({
      event: 'secret-reloaded',
      level: 'info',
      secret: name,
      message: expect.stringMatching(message),
    })
    expect([it.offered, it.prospects(), it.changes.length]).toEqual([['canary-2'], prospects, 1])
  },
)

test.each<[Unusable, RegExp]>([
  ['missing', /is missing/],
  ['unreadable', /cannot be read/],
  ['not-a-file', /is no regular file/],
  ['too-large', /is larger than 64 KiB/],
  ['empty', /is empty/],
  ['malformed', /no single text/],
])('a file that is %s is told with what to do, and counted', async (reason, message) => {
  const { watched, becomes } = watchedWith('access-token')
  const change = await becomes({ kind: 'unusable', reason })
  expect(change).toMatchObject({ event: 'secret-file-unusable', level: 'warn', reason })
  expect(change?.message).toMatch(message)
  expect(change?.message).toMatch(/TAGSIDE_ACCESS_TOKEN_FILE.*stays in use. Put the secret back/)
  expect(watched.state()).toMatchObject({ usable: false, unusable: 1 })
  expect(await becomes(holding('canary-1'))).toMatchObject({ event: 'secret-file-usable' })
  expect(watched.state()).toMatchObject({ usable: true, unusable: 1 })
})

test('what became of new secrets is told, counted and shown; none of it has a secret or a path in it', async () => {
  const { watched, changes, becomes, prospects } = watchedWith('secret-key')
  await becomes(holding('canary-2', 0o644))
  watched.judged({ kind: 'refused', upstreamCode: 70_009 })
  watched.judged({ kind: 'accepted' })
  expect(changes).toEqual([
    expect.objectContaining({ event: 'secret-file-permissions', level: 'warn', mode: '0644' }),
    expect.objectContaining({ event: 'secret-reloaded' }),
    expect.objectContaining({ event: 'secret-refused', level: 'warn', upstreamCode: 70_009 }),
    expect.objectContaining({ event: 'secret-accepted', level: 'info' }),
  ])
  expect(watched.state()).toEqual({
    secret: 'secret-key',
    usable: true,
    onTrial: true,
    isRefused: false,
    accepted: 1,
    refused: 1,
    unusable: 0,
  })
  expect(prospects()).toBe(2)
  expect(JSON.stringify([changes, watched.state()])).not.toContain('canary')
  watched.close()
})

test('a new secret counts as refused from its refusal until it is accepted or another takes its place', async () => {
  const { watched, becomes } = watchedWith('secret-key')
  const { watched: again, becomes: comesBack } = watchedWith('secret-key', 'refused-before')
  await becomes(holding('canary-2'))
  expect(watched.state().isRefused).toBe(false)
  watched.judged({ kind: 'refused', upstreamCode: 70_009 })
  expect(watched.state().isRefused).toBe(true)
  await becomes(holding('canary-3'))
  expect(watched.state().isRefused).toBe(false)
  await comesBack(holding('canary-2'))
  expect(again.state().isRefused).toBe(true)
  again.judged({ kind: 'accepted' })
  expect(again.state().isRefused).toBe(false)
})
