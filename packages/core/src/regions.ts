/** A Region is the data centre of an application, fixed when the application was created. */
export type Region =
  | 'china'
  | 'singapore'
  | 'seoul'
  | 'frankfurt'
  | 'silicon-valley'
  | 'jakarta'
  | 'tokyo'
  | 'mumbai'

interface RegionUrls {
  readonly baseUrl: string
  /** Another name of the same service, for when DNS fails or is hijacked. */
  readonly standbyUrl: string
}

/**
 * The REST hosts of each Region (Tencent documents 1047/60567 and 1047/34620). A host of another
 * Region than the application's answers 60026. Two facts are weaker than the others: Mumbai is gone
 * from Tencent's newer lists, and Tokyo's standby host is in no list, only in public clients.
 */
export const regions: Readonly<Record<Region, RegionUrls>> = {
  china: {
    baseUrl: 'https://console.tim.qq.com',
    standbyUrl: 'https://adminapi.my-imcloud.com',
  },
  singapore: urlsOf('adminapisgp'),
  seoul: urlsOf('adminapikr'),
  frankfurt: urlsOf('adminapiger'),
  'silicon-valley': urlsOf('adminapiusa'),
  jakarta: urlsOf('adminapiidn'),
  tokyo: urlsOf('adminapijpn'),
  mumbai: urlsOf('adminapiind'),
}

function urlsOf(host: string): RegionUrls {
  return {
    baseUrl: `https://${host}.im.qcloud.com`,
    standbyUrl: `https://${host}.my-imcloud.com`,
  }
}
