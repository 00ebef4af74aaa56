/** What core uses of the vendor's signer, which ships without types. */
declare module 'tls-sig-api-v2' {
  export class Api {
    constructor(sdkAppId: number, secretKey: string)
    /** Reads the clock itself. Checks nothing: see `user-sig.ts`. */
    genUserSig(identifier: string, lifetimeS: number): string
  }
}
