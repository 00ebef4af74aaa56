import { benchFile, type Server, startNodeServer } from './processes.ts'

/** Starts a server of the benchmark that makes its calls with core's client. */
export function startOverCore(
  file: string,
  upstream: Server,
  environment: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const { url, sdkAppId, secretKey, adminId } = upstream.ready
  return startNodeServer(['--conditions=source', benchFile(file)], {
    UPSTREAM_URL: String(url),
    SDK_APP_ID: String(sdkAppId),
    SECRET_KEY: String(secretKey),
    ADMIN_ID: String(adminId),
    ...environment,
  })
}
