import { describe, expect, test } from 'vitest'

import { createLog, type Log } from './log.ts'

type Level = Parameters<typeof createLog>[0]

function logInto(lines: string[], level: Level, isTTY = false): Log {
  return createLog(level, { write: (line) => lines.push(line), isTTY })
}

test('an event is one JSON line: level, time, event, message and what else is said', () => {
  const lines: string[] = []
  logInto(lines, 'info').info({ event: 'listening', url: 'http://127.0.0.1:1' }, 'ready')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^\{.*\}\n$/)
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    event: 'listening',
    url: 'http://127.0.0.1:1',
    msg: 'ready',
  })
})

test('an error is told with its stack', () => {
  const lines: string[] = []
  logInto(lines, 'info').error({ event: 'defect', err: new TypeError('broken') }, 'sorry')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    err: { type: 'TypeError', message: 'broken', stack: expect.stringContaining('log.test.ts') },
  })
})

describe('the level', () => {
  test.each<[Level, string[]]>([
    ['debug', ['d', 'i', 'w', 'e']],
    ['info', ['i', 'w', 'e']],
    ['warn', ['w', 'e']],
    ['error', ['e']],
    ['silent', []],
  ])('%s lets pass what is at least as grave', (level, passed) => {
    const lines: string[] = []
    const log = logInto(lines, level)
    log.debug({ event: 'e' }, 'd')
    log.info({ event: 'e' }, 'i')
    log.warn({ event: 'e' }, 'w')
    log.error({ event: 'e' }, 'e')
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject(
      passed.map((msg) => ({ msg })),
    )
  })
})

test('on a terminal a line is for people', () => {
  const lines: string[] = []
  const log = logInto(lines, 'info', true)
  log.warn({ event: 'drain-cut', connections: 2, list: ['a'] }, 'the grace is over')
  log.info({ event: 'e' }, 'plain')
  expect(lines).toEqual([
    expect.stringMatching(
      /^\d\d:\d\d:\d\d warn {2}the grace is over {2}event=drain-cut connections=2 list=\["a"\]\n$/,
    ),
    expect.stringMatching(/^\d\d:\d\d:\d\d info {2}plain {2}event=e\n$/),
  ])
})

describe('a log that nobody reads', () => {
  const MIB = 1024 * 1024
  /** A sink of which `unread` bytes wait; reading it all is a matter of calling back. */
  function unreadSink() {
    const sink = { unread: 0, lines: [] as string[], listeners: [] as (() => void)[] }
    const log = createLog('info', {
      write: (line) => sink.lines.push(line),
      get writableLength() {
        return sink.unread
      },
      once: (_event, listener) => sink.listeners.push(listener),
    })
    const read = (): void => {
      sink.unread = 0
      for (const listener of sink.listeners.splice(0)) listener()
    }
    const messages = (): unknown[] => sink.lines.map((line): unknown => JSON.parse(line))
    return { sink, log, read, messages }
  }

  test('keeps lines up to a mebibyte, drops those beyond, and counts them in one line when it is read', () => {
    const { sink, log, read, messages } = unreadSink()
    sink.unread = MIB
    log.info({ event: 'e' }, 'kept')
    for (const lines of [3, 1]) {
      sink.unread = MIB + 1
      for (let line = 0; line < lines; line += 1) log.info({ event: 'e' }, 'dropped')
      read()
    }
    log.info({ event: 'e' }, 'told')
    expect(messages()).toMatchObject([
      { msg: 'kept' },
      { level: 'warn', event: 'log-lines-dropped', lines: 3 },
      { level: 'warn', event: 'log-lines-dropped', lines: 1 },
      { msg: 'told' },
    ])
  })

  test('says nothing of dropped lines if none were', () => {
    const { sink, log, read, messages } = unreadSink()
    sink.unread = MIB
    log.info({ event: 'e' }, 'kept')
    read()
    expect(messages()).toMatchObject([{ msg: 'kept' }])
  })
})
