import type { MockControl } from '../../src/client.ts'
import { connectMock } from '../../src/client.ts'
import { createFakeTencent, ManualClock } from '../../src/index.ts'

/** A fake, and a control of its first app. */
export interface SetUp extends AsyncDisposable {
  readonly fake: ReturnType<typeof createFakeTencent>
  readonly control: MockControl
}

/** A fake with two users, whose clock stands still. */
function createFake(): ReturnType<typeof createFakeTencent> {
  const users = { xiaoming: ['GoldMember'], xiaohong: [] }
  return createFakeTencent({ users, clock: new ManualClock(), faults: ['shuffle;p=0'] })
}

/** A fake, and one of the two ways to control it. */
export const ways: readonly (readonly [string, () => Promise<SetUp>])[] = [
  [
    'in process',
    async () => {
      const fake = createFake()
      return { fake, control: fake.control, [Symbol.asyncDispose]: async () => {} }
    },
  ],
  [
    'over HTTP',
    async () => {
      const fake = createFake()
      const server = await fake.listen()
      const control = connectMock(server.url)
      return { fake, control, [Symbol.asyncDispose]: () => server.close() }
    },
  ],
]
