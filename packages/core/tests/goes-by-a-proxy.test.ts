import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { openUpstream, tagged } from './support/loopback-upstream.ts'

/** Asks an upstream that is not there: the port is reserved for those who never answer. */
const script = `
  import { createSigner, createTagClient } from ${JSON.stringify(import.meta.resolve('../src/index.ts'))}
  const signer = createSigner({ sdkAppId: 1400000000, secretKey: 'key', adminId: 'administrator' })
  const client = createTagClient({ signer, baseUrl: 'http://127.0.0.1:9' })
  const tags = await client.getTags(['xiaoming']).then((reply) => reply.tags.get('xiaoming'), String)
  console.log(JSON.stringify(tags))`

async function told(environment: Record<string, string>): Promise<unknown> {
  const node = ['--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, node, { env: environment })
  return JSON.parse(stdout)
}

test('calls go by the proxy of the environment where Node is told to look there, and only there', async () => {
  await using proxy = await openUpstream(tagged('ByProxy'))
  const environment = { HTTP_PROXY: proxy.baseUrl, HTTPS_PROXY: proxy.baseUrl, NO_PROXY: '' }
  expect(await told({ ...environment, NODE_USE_ENV_PROXY: '1' })).toEqual(['ByProxy'])
  expect(proxy.calls.map(({ url }) => url.origin)).toEqual(['http://127.0.0.1:9'])
  expect(await told(environment)).toContain('(ECONNREFUSED)')
  expect(proxy.calls).toHaveLength(1)
})
