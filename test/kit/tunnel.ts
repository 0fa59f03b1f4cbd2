import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Stream } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'

/** A fresh peer id of the kind that beacon nodes have. */
export async function somePeerId(): Promise<string> {
  return peerIdFromPrivateKey(await generateKeyPair('secp256k1')).toString()
}

/** Counts up in bytes, so that a lost or doubled one shows. */
export function patternBytes(length: number, from = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (from + i) % 251)
}

/** Sends so many bytes as fast as a stream takes them. */
export async function pour(stream: Pick<Stream, 'send' | 'addEventListener'>, total: number): Promise<void> {
  const piece = new Uint8Array(64 * 1024)
  for (let sent = 0; sent < total; sent += piece.length) {
    // Rejects never: a stream that breaks throws from send().
    if (!stream.send(piece)) await new Promise((resolve) => stream.addEventListener('drain', resolve, { once: true }))
  }
}

/** Bounds that nobody reaches. */
const endless = {
  live: 1_000,
  dialBurst: 10_000,
  dialsPerMinute: 10_000,
  burstBytes: Number.POSITIVE_INFINITY,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  bytesPerDay: Number.POSITIVE_INFINITY,
}

/** A gateway's limits without limits on clients and targets. */
export const unlimited = {
  client: endless,
  network: endless,
  all: endless,
  dialing: 1_000,
  target: { live: 1_000, dialEveryMs: 0, identities: 1_000 },
} as const
