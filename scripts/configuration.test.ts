import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { readConfig } from '../packages/sidecar/src/config/read-config.ts'
import { allSettings, environmentName, flagName } from '../packages/sidecar/src/config/settings.ts'
import { configurationDocument, documentUrl, exampleFile } from './write-configuration.ts'

describe('docs/configuration.md', () => {
  const document = readFileSync(documentUrl, 'utf8')

  test('is what the table of settings says (written anew by scripts/write-configuration.ts)', () => {
    expect(document).toBe(configurationDocument())
  })

  test('has every setting once, in its three spellings; a secret has two', () => {
    const names = [...document.matchAll(/^\| (`[^|]+) \| /gm)].map(([, cell = '']) => cell)
    const expected = allSettings.map(({ key, isSecret }) =>
      [...(isSecret === true ? [] : [flagName(key)]), environmentName(key), key]
        .map((name) => `\`${name}\``)
        .join('<br>'),
    )
    expect(names.toSorted()).toEqual(expected.toSorted())
  })

  test('has a file for an example that the sidecar takes', () => {
    const [, json = ''] = /```json\n([\s\S]*?)```/.exec(document) ?? []
    expect(JSON.parse(json)).toEqual(exampleFile)
    const config = readConfig({
      argv: ['--config', 'tagside.json'],
      environment: {},
      readFile: (path) => (path === 'tagside.json' ? json : 'key'),
    })
    expect(config).toMatchObject({ replicas: 4, allowedHosts: ['tagside.internal'] })
  })

  test('breaks no row of its tables', () => {
    const rows = document.split('\n').filter((line) => line.startsWith('|'))
    expect(rows.filter((line) => line.split('|').length !== 6)).toEqual([])
  })
})
