import type { AppCredentials } from './engine/app.ts'
import { signUserSig } from './engine/usersig.ts'
import type { FakeTencent } from './fake.ts'
import type { ListeningServer } from './http/serve.ts'

/**
 * The line by which another program learns that the fake accepts connections, and how to call it.
 */
export function readyLine(fake: FakeTencent, { url }: ListeningServer): string {
  return JSON.stringify({ event: 'ready', url, ...fake.credentials, randomSeed: fake.randomSeed })
}

/** What a person is shown: where the fake is, and a command that works as it stands for a day. */
export function banner(fake: FakeTencent, { url }: ListeningServer): string {
  const { sdkAppId, adminId } = fake.credentials
  const [user = 'xiaoming', ...others] = fake.app(sdkAppId)?.users.users() ?? []
  return [
    `A fake of Tencent Cloud Chat's tag API is at ${url}`,
    `app ${sdkAppId}, admin ${adminId}, ${others.length + 1} users, random seed ${fake.randomSeed}; Ctrl-C ends it`,
    '',
    curlCommand(url, fake.credentials, user, fake.clock.wallMs()),
  ].join('\n')
}

const CURL_LIFETIME_S = 86_400

function curlCommand(
  url: string,
  { sdkAppId, secretKey, adminId }: AppCredentials,
  user: string,
  nowMs: number,
): string {
  const timeS = Math.floor(nowMs / 1000)
  const query = new URLSearchParams({
    sdkappid: String(sdkAppId),
    identifier: adminId,
    usersig: signUserSig(
      { identifier: adminId, sdkAppId, timeS, expireS: CURL_LIFETIME_S },
      secretKey,
    ),
    random: '1',
    contenttype: 'json',
  })
  const body = JSON.stringify({ To_Account: [user] })
  return `curl -d ${quoted(body)} ${quoted(`${url}/v4/timpush/get_tag?${query.toString()}`)}`
}

/** Quotes for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
