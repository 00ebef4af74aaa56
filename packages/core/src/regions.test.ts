import { describe, expect, test } from 'vitest'

import { regions } from './regions.ts'

describe('regions', () => {
  test('are the eight data centres that Tencent lists', () => {
    expect(Object.entries(regions).map(([region, { baseUrl }]) => [region, baseUrl])).toEqual([
      ['china', 'https://console.tim.qq.com'],
      ['singapore', 'https://adminapisgp.im.qcloud.com'],
      ['seoul', 'https://adminapikr.im.qcloud.com'],
      ['frankfurt', 'https://adminapiger.im.qcloud.com'],
      ['silicon-valley', 'https://adminapiusa.im.qcloud.com'],
      ['jakarta', 'https://adminapiidn.im.qcloud.com'],
      ['tokyo', 'https://adminapijpn.im.qcloud.com'],
      ['mumbai', 'https://adminapiind.im.qcloud.com'],
    ])
  })

  test('have each a standby host of another domain', () => {
    expect(Object.values(regions).map(({ standbyUrl }) => standbyUrl)).toEqual([
      'https://adminapi.my-imcloud.com',
      'https://adminapisgp.my-imcloud.com',
      'https://adminapikr.my-imcloud.com',
      'https://adminapiger.my-imcloud.com',
      'https://adminapiusa.my-imcloud.com',
      'https://adminapiidn.my-imcloud.com',
      'https://adminapijpn.my-imcloud.com',
      'https://adminapiind.my-imcloud.com',
    ])
  })
})
