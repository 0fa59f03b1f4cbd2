import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A certificate for 127.0.0.1 and `localhost` that signs itself. */
export interface SelfSigned {
  /** PEM. */
  readonly cert: string
  /** PEM. */
  readonly key: string
  /** SHA-256 of the certificate, as `/certhash/` and browsers take it. */
  readonly hash: Uint8Array
}

// Tags of DER (X.690).
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const OID = 0x06
const UTF8 = 0x0c
const UTC_TIME = 0x17
const SEQUENCE = 0x30
const SET = 0x31
const EXPLICIT = 0xa0

const ECDSA_WITH_SHA256 = der(SEQUENCE, der(OID, '2a8648ce3d040302'))
const COMMON_NAME = der(OID, '550403')
const SUBJECT_ALT_NAME = der(OID, '551d11')
const MINUTE_MS = 60_000

/** Makes one, on P-256, valid from a minute ago for ten days: WebTransport takes no more than fourteen. */
export function selfSigned(): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // Of several with one name, anyone who checks looks at the first only.
  const called = Buffer.from(`lampara test ${randomBytes(4).toString('hex')}`)
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, called))))
  const fromMs = Date.now() - MINUTE_MS
  const names = der(SEQUENCE, der(0x82, Buffer.from('localhost')), der(0x87, '7f000001'))
  const extensions = der(SEQUENCE, der(SEQUENCE, SUBJECT_ALT_NAME, der(OCTET_STRING, names)))
  const body = der(
    SEQUENCE,
    der(EXPLICIT, der(INTEGER, '02')),
    der(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    name,
    der(SEQUENCE, utcTime(fromMs), utcTime(fromMs + 10 * 24 * 60 * MINUTE_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXPLICIT + 3, extensions),
  )
  const cert = der(SEQUENCE, body, ECDSA_WITH_SHA256, der(BIT_STRING, '00', signature(body, privateKey)))
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${cert.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    hash: createHash('sha256').update(cert).digest(),
  }
}

function signature(body: Buffer, key: KeyObject): Buffer {
  return sign('sha256', body, { key, dsaEncoding: 'der' })
}

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return der(UTC_TIME, Buffer.from(`${digits}Z`))
}

/** Tag, length, and what is inside; strings are hex. */
function der(tag: number, ...inside: (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(inside.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)))
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
