import { X509Certificate } from 'node:crypto'
import { open } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { LamparaError } from '../../errors/index.ts'
import type { TlsCertificate } from '../../platform/transports.ts'

/** Where a certificate is. */
export interface CertificateFiles {
  /** PEM file with the certificate, and after it those of anyone who signed it, as far as browsers do not know them. */
  readonly cert: string
  /** PEM file with its private key, without a passphrase. */
  readonly key: string
}

/** A certificate with its key, which belong together. */
export interface Certificate extends TlsCertificate {
  /** When it ends, in Unix milliseconds. */
  readonly validUntilMs: number
}

/** Chains of a few certificates stay far below. */
const MAX_FILE_BYTES = 256 * 1024

/**
 * Reads a certificate and its key.
 *
 * @throws LamparaError `file_unreadable` when a file cannot be read or is larger than 256 KiB; `invalid_argument` when they
 *   hold no PEM, or do not belong together
 */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([readPem(files.cert), readPem(files.key)])
  try {
    createSecureContext({ cert, key })
    return { cert, key, validUntilMs: Date.parse(new X509Certificate(cert).validTo) }
  } catch (error) {
    throw LamparaError.from(error, 'invalid_argument', `Cannot use certificate ${files.cert} with key ${files.key}`)
  }
}

async function readPem(path: string): Promise<string> {
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      if (size > MAX_FILE_BYTES) throw new Error(`it has more than ${MAX_FILE_BYTES} bytes`)
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    throw LamparaError.from(error, 'file_unreadable', `Cannot read ${path}`)
  }
}
