import { expect, test } from 'vitest'

import { isLoopback } from './loopback.ts'

test.for(['localhost', 'app.localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])(
  '%s is this machine',
  (host) => {
    expect(isLoopback(host)).toBe(true)
  },
)

test.for(['console.tim.qq.com', 'notlocalhost', '127.0.0.1.example.com', '128.0.0.1', '::2', ''])(
  '"%s" is not this machine',
  (host) => {
    expect(isLoopback(host)).toBe(false)
  },
)
