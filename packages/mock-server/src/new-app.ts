import { createHash } from 'node:crypto'

import type { AppStart } from './engine/app.ts'
import { App, SDK_APP_ID_MAX } from './engine/app.ts'
import type { Engine } from './engine/engine.ts'
import { MockError } from './engine/errors.ts'
import { developmentSecretKey, sampleApp } from './samples.ts'

/** What a new app's credentials are to be; the rest is chosen. */
export interface AppWish {
  /** An SDKAppID that is not in use. Default: the one after the highest, if that can be. */
  readonly sdkAppId?: number | undefined
  /** Default: one that no other app of the fake has, the same for the same SDKAppID. */
  readonly secretKey?: string | undefined
  /** Default `administrator`. */
  readonly adminId?: string | undefined
}

/** An SDKAppID that is another app's. */
export class AppExistsError extends MockError {
  override readonly name = 'AppExistsError'
  readonly code = 'app-exists'
}

/**
 * Adds an app that is as at the start but for its credentials; throws AppExistsError, and RangeError
 * for credentials that cannot be.
 */
export function addApp(engine: Engine, start: AppStart, wish: AppWish = {}): App {
  const { sdkAppId = freeId(engine), adminId = sampleApp.adminId } = wish
  if (engine.app(String(sdkAppId)) !== undefined) {
    throw new AppExistsError(`there is an app ${sdkAppId} already`)
  }
  const app = new App({ sdkAppId, secretKey: wish.secretKey ?? keyOf(sdkAppId), adminId }, start)
  engine.add(app)
  return app
}

function freeId(engine: Engine): number {
  const taken = new Set(engine.apps().map(({ credentials }) => credentials.sdkAppId))
  let id = Math.min(Math.max(...taken) + 1, SDK_APP_ID_MAX)
  while (taken.has(id)) id -= 1
  return id
}

function keyOf(sdkAppId: number): string {
  return createHash('sha256').update(`${developmentSecretKey}${sdkAppId}`).digest('hex')
}
