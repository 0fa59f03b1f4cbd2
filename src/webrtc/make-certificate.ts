import { privateKeyToCryptoKeyPair } from '@libp2p/crypto/keys'
import { NotFoundError, type PrivateKey, start, stop } from '@libp2p/interface'
import type { TransportCertificate, webRTCDirect } from '@libp2p/webrtc'

const DAY_MS = 24 * 60 * 60 * 1000

type Factory = typeof webRTCDirect
type Components = Parameters<ReturnType<Factory>>[0]

/**
 * Has `@libp2p/webrtc` make a certificate that lasts so long, with a key of its own, and takes both where it would store them: it
 * hands them out no other way.
 */
export async function makeCertificate(
  factory: Factory,
  components: Components,
  lifespanMs: number,
): Promise<TransportCertificate> {
  const key = Promise.withResolvers<PrivateKey>()
  const certificate = Promise.withResolvers<Uint8Array>()
  const notFound = async () => {
    throw new NotFoundError('there is none yet')
  }
  const keychain = { exportKey: notFound, importKey: async (_: string, made: PrivateKey) => key.resolve(made) }
  const datastore = { get: notFound, put: async (_: unknown, made: Uint8Array) => certificate.resolve(made) }
  // It would renew after a day: a timer cannot wait for longer than 24 of them.
  const options = { certificateLifespan: lifespanMs, certificateRenewalThreshold: lifespanMs - DAY_MS }
  const maker = factory(options)(
    Object.create(components, { keychain: { value: keychain }, datastore: { value: datastore } }) as Components,
  )
  await start(maker)
  await stop(maker)
  const pem = new TextDecoder().decode(await certificate.promise)
  return { privateKey: await toPem(await key.promise), pem, certhash: await certhashOf(pem) }
}

/** The hash of a certificate as addresses have it: a multihash in base64url. */
export async function certhashOf(pem: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', fromPem(pem)))
  return `u${toBase64(Uint8Array.of(SHA2_256, hash.length, ...hash))
    .replaceAll('+', '-')
    .replaceAll('/', '_')}`
}

/** The multihash code. */
const SHA2_256 = 0x12

/** The bytes within PEM. @throws Error for what is none */
export function fromPem(pem: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(pem.replace(/-----[A-Z ]+-----/g, '').replace(/\s/g, '')), (char) => char.charCodeAt(0))
}

async function toPem(key: PrivateKey): Promise<string> {
  const { privateKey } = await privateKeyToCryptoKeyPair(key)
  const lines = toBase64(new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))).match(/.{1,64}/g) ?? []
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----'].join('\n')
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
