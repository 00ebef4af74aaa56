import * as v from 'valibot'
import { expect, test } from 'vitest'

import { createFakeUpstream } from './support/fake-upstream.ts'
import { startProgram } from './support/program.ts'
import { environmentFor } from './support/start-sidecar.ts'

const TOKEN = 'canary-token-1'

/** On a signal the process says what it knows of its environment, as code in it would find it, and ends. Of its sockets it would look up the names. */
const TELL = `
  process.on('SIGUSR2', () => {
    process.report.excludeNetwork = true
    const names = Object.keys(process.env)
    const report = process.report.getReport()
    process.stderr.write(JSON.stringify({ names, report }), () => process.kill(process.pid, 'SIGTERM'))
  })`

const told = v.object({
  names: v.array(v.string()),
  report: v.looseObject({ header: v.looseObject({ commandLine: v.array(v.string()) }) }),
})

test('secrets given as variables are gone from the environment once they are read, and no diagnostic report has any of it', async () => {
  const fake = createFakeUpstream()
  await using upstream = await fake.listen()
  await using program = startProgram([], {
    ...environmentFor(fake, upstream.url),
    TAGSIDE_ACCESS_TOKEN: TOKEN,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELL)}`,
  })
  const { url } = await program.logged('listening')
  const headers = { Authorization: `Bearer ${TOKEN}` }
  expect((await fetch(`${url}/v1/users/xiaoming/tags`, { headers })).status).toBe(200)
  program.child.kill('SIGUSR2')
  const { status, stderr } = await program.ended
  const { names, report } = v.parse(told, JSON.parse(stderr))
  expect([status, names.includes('TAGSIDE_SDK_APP_ID')]).toEqual([0, true])
  expect(names.filter((name) => /SECRET_KEY|ACCESS_TOKEN/.test(name))).toEqual([])
  expect(report).not.toHaveProperty('environmentVariables')
  for (const secret of [fake.credentials.secretKey, TOKEN]) expect(stderr).not.toContain(secret)
})
