import { createPrivateKey, X509Certificate } from 'node:crypto'

import { MockError } from '../engine/errors.ts'

/** A certificate and its key, both as PEM text. */
export interface Certificate {
  /** What follows the first certificate is its chain. */
  readonly cert: string
  readonly key: string
}

/** A certificate that cannot be used; the message says what is wrong with it, and never the key. */
class CertificateError extends MockError {
  override readonly name = 'CertificateError'
  readonly code = 'certificate'
}

/** Returns the text of a PEM file if it holds a certificate; throws CertificateError. */
export function readCert(path: string, readFile: (path: string) => string): string {
  const text = readPem(path, readFile)
  parsed(`${path} holds no certificate in PEM`, () => new X509Certificate(text))
  return text
}

/** Returns the text of a PEM file if it holds a key without a passphrase; throws CertificateError. */
export function readKey(path: string, readFile: (path: string) => string): string {
  const text = readPem(path, readFile)
  parsed(`${path} holds no private key in PEM without a passphrase`, () => createPrivateKey(text))
  return text
}

/** Reports whether the key is the certificate's. */
export function belongTogether({ cert, key }: Certificate): boolean {
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
}

function readPem(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path)
  } catch (cause) {
    throw new CertificateError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

// The reasons that OpenSSL gives are riddles.
function parsed(complaint: string, parse: () => unknown): void {
  try {
    parse()
  } catch (cause) {
    throw new CertificateError(complaint, { cause })
  }
}
