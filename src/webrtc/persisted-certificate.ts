import type { TransportCertificate } from '@libp2p/webrtc'
import type { KeyValueStorage } from '../platform/storage.ts'
import { certhashOf, fromPem } from './make-certificate.ts'

const STORAGE_KEY = 'webrtc-direct-certificate'
const DAY_MS = 24 * 60 * 60 * 1000
const LIFESPAN_MS = 365 * DAY_MS
/** With less than this left it is renewed. */
const RENEWAL_MS = 90 * DAY_MS

/**
 * The certificate in a storage, or a new one, which is stored, where there is none that lasts for another 90 days.
 *
 * @param make - makes one that lasts so long
 * @throws LamparaError `storage_unavailable`; what making throws
 */
export async function persistedCertificate(
  storage: KeyValueStorage,
  nowMs: number,
  make: (lifespanMs: number) => Promise<TransportCertificate>,
): Promise<TransportCertificate> {
  const stored = await storage.get(STORAGE_KEY)
  const kept = stored && (await readKept(stored))
  if (kept !== undefined && kept.validUntilMs - nowMs > RENEWAL_MS) return kept.certificate
  const certificate = await make(LIFESPAN_MS)
  const text = JSON.stringify({ ...certificate, validUntilMs: nowMs + LIFESPAN_MS })
  await storage.set(STORAGE_KEY, new TextEncoder().encode(text))
  return certificate
}

/** What is stored; undefined for what is not useful to anyone. A key that is not the certificate's would fail with each connection. */
async function readKept(stored: Uint8Array) {
  try {
    const { privateKey, pem, certhash, validUntilMs } = JSON.parse(new TextDecoder().decode(stored))
    if (!Number.isSafeInteger(validUntilMs) || certhash !== (await certhashOf(pem))) return undefined
    if (!(await isKeyOf(fromPem(privateKey), fromPem(pem)))) return undefined
    return { certificate: { privateKey, pem, certhash } as TransportCertificate, validUntilMs: validUntilMs as number }
  } catch {
    return undefined
  }
}

/** True when the certificate holds the public half of the key, which it does as an uncompressed point. */
async function isKeyOf(pkcs8: Uint8Array<ArrayBuffer>, certificate: Uint8Array): Promise<boolean> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign'])
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', key)
  const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const coordinate = (text: string): string => hex(fromPem(text.replaceAll('-', '+').replaceAll('_', '/')))
  return hex(certificate).includes(`04${coordinate(x)}${coordinate(y)}`)
}
