import { generateKeyPair, privateKeyFromRaw } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { isLamparaError, LamparaError, messageOf } from '../../errors/index.ts'
import type { KeyValueStorage } from '../../platform/storage.ts'

/** Where the private key is stored: 32 bytes, as it is. */
const STORAGE_KEY = 'identity'
const KEY_BYTES = 32

/** A node's private key, and what went wrong with the storage of it. */
export interface Identity {
  readonly privateKey: PrivateKey
  readonly trouble?: LamparaError
}

/**
 * The identity as `loadIdentity()` has it, or a new one, which is not stored, where the storage fails: a client goes on
 * without storage. A relay is known by its identity, and does not.
 *
 * @throws LamparaError as `loadIdentity()`; `storage_unavailable` for a relay only
 */
export async function loadOrMakeIdentity(
  given: Uint8Array | undefined,
  storage: KeyValueStorage | undefined,
  role: 'peer' | 'relay',
): Promise<Identity> {
  try {
    return { privateKey: await loadIdentity(given, storage) }
  } catch (error) {
    if (role === 'relay' || !isLamparaError(error) || !error.code.startsWith('storage_')) throw error
    return { privateKey: await generateKeyPair('secp256k1'), trouble: error }
  }
}

/**
 * The node's identity: the key given, else the stored one, else a new one, which is stored. Beacon nodes remember peers by it,
 * and some take secp256k1 keys only (phase0/p2p-interface.md, "Identification").
 *
 * @throws LamparaError `invalid_argument` when the key given is none; `storage_unavailable`
 */
export async function loadIdentity(
  given: Uint8Array | undefined,
  storage: KeyValueStorage | undefined,
): Promise<PrivateKey> {
  if (given !== undefined) {
    const key = readKey(given)
    if (key instanceof Error)
      throw new LamparaError('invalid_argument', `Cannot use the private key: ${messageOf(key)}`)
    return key
  }
  const stored = await storage?.get(STORAGE_KEY)
  const known = stored && readKey(stored)
  // What is stored but is no key is not useful to anyone: a new one takes its place.
  if (known !== undefined && !(known instanceof Error)) return known
  const fresh = await generateKeyPair('secp256k1')
  await storage?.set(STORAGE_KEY, fresh.raw)
  return fresh
}

function readKey(bytes: Uint8Array): PrivateKey | Error {
  if (bytes.length !== KEY_BYTES) return new Error(`it has ${bytes.length} bytes, not ${KEY_BYTES}`)
  try {
    return privateKeyFromRaw(bytes)
  } catch (error) {
    return new Error(messageOf(error))
  }
}
