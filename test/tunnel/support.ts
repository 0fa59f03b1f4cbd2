import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'

/** A fresh peer id of the kind that beacon nodes have. */
export async function somePeerId(): Promise<string> {
  return peerIdFromPrivateKey(await generateKeyPair('secp256k1')).toString()
}

/** Counts up in bytes, so that a lost or doubled one shows. */
export function patternBytes(length: number, from = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (from + i) % 251)
}
