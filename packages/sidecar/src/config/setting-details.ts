import type { SettingKey } from './settings.ts'

/** What there is to know about each setting beyond its meaning: for the documentation, not for the process. */
export const settingDetails: Readonly<Record<SettingKey, string>> = {
  sdkAppId: 'It is on the page of the app in the Chat console. Required.',
  secretKeyFile:
    'The secret key alone, on one line; white space around it does not count. The key is beside the SDKAppID in the console. The file has to be there at the start. Required, unless `secretKey` is given.',
  secretKey:
    'Other programs of the same user can read a variable, and it stays until the process ends.',
  adminId:
    'An account that is an app admin: Tencent answers others with 90009. Every new app has `administrator`.',
  region:
    'The one in which the app was created; any other answers 60026. Required, unless `upstreamUrl` is given.',
  upstreamUrl:
    'The mock, another sidecar, or a host that Tencent named to you. Without encryption only on this machine, because what is sent carries the right of an admin.',
  listen:
    'Port 0 takes a free one; the log line `listening` says which. A Unix socket is removed at the end, and one that was left behind is replaced.',
  opsListen:
    'Probes, metrics and status have no user data and need no token, so it may be bound wide, for a kubelet. `off` is none.',
  accessTokenFile:
    'One text, as in `secretKeyFile`. Callers send it as `Authorization: Bearer`. Needed where `listen` is neither loopback nor a Unix socket.',
  accessToken: 'The same as `accessTokenFile`, with the same drawback as `secretKey`.',
  ttl: '`0s`: nothing is fresh; each request fetches if `staleWhileRevalidate` is `0s` too.',
  ttlJitter:
    "Each entry's own fresh time is drawn from `ttl` × (1 ± this), so that what was fetched together does not end together. `0` is none.",
  staleWhileRevalidate:
    'For so long after `ttl` an old value is answered at once, and fetched anew behind. `0s`: whoever asks waits for the fetch. `staleIfError` bounds it.',
  staleIfError:
    'For so long after `ttl` an old value is answered where the fetch fails or is not in time. Nothing that is older than `ttl` + this is answered at all. `0s`: no stale answers.',
  unknownTtl:
    'For so long "Tencent does not know this account" is believed (70107). `0s`: asked again each time.',
  refreshAhead:
    'In this last share of its fresh time a user who was read since rides along in spare room of a batch, at no cost in calls. `0` is off.',
  cacheMaxBytes:
    'Users who were not read for the longest time go first. `tagside_cache_entries` and `tagside_cache_bytes` say how many fit.',
  callsPerSecond:
    "Tencent's limit for the app and API: 100 for most. In no second are there more calls than that, retries included.",
  replicas:
    'Each sidecar of the app makes at most `callsPerSecond` ÷ `replicas` calls a second: count all pods that may run at once, in a roll-out too.',
  batchMaxUsers: 'Tencent takes 100.',
  maxConcurrentCalls: 'Bounds connections; the rate is bounded by `callsPerSecond`.',
  callTimeout: 'A call that takes longer is given up, and its users are tried again in time.',
  deadline:
    'When it is over, users without an answer get an old one or an error (504). A caller may ask for another time with `X-Request-Timeout-Ms`, up to 10 s.',
  maxUsersPerRequest: 'More is refused with 400. The drop-in face takes 100, as Tencent does.',
  allowedHosts:
    'With or without a port. Loopback addresses and `localhost` are always accepted; others are refused (403), because a web page may reach a loopback port under a name of its own.',
  drainGrace:
    'Accepted requests are answered for so long; then connections are cut. `0s`: at once.',
  logLevel: 'Lines of this level and above; `silent` is none.',
}
