import type { Chain, Hex, KeyValueStorage, LightClient } from 'lampara'
import { createLightClient, hoodi, mainnet, openStorage, sepolia } from 'lampara'
import type { NamedChain, Target } from './target.ts'

const chains = { mainnet, sepolia, hoodi } satisfies Record<NamedChain, unknown>

/**
 * Starts a light client that joins where the target says.
 *
 * @throws LamparaError whatever the join document, the options or the start are refused for; the signal's reason
 */
export async function openClient(target: Target, signal: AbortSignal): Promise<LightClient> {
  if (target.kind === 'bootnode') {
    const chain = chains[target.chain]
    return createLightClient({
      chain,
      storage: await storageOf(chain),
      bootnodes: [target.address],
      checkpoint: target.checkpoint as Hex,
      signal,
    })
  }
  return createLightClient({
    join: target.url,
    storage: storageOf,
    // A devnet's beacon nodes are on this machine, as the page is.
    allowPrivateAddresses: LOOPBACK.test(globalThis.location?.hostname ?? ''),
    signal,
  })
}

/** Open for as long as the page is: one for each chain. */
const storages = new Map<string, KeyValueStorage>()

/** A browser may refuse storage, as some do in private windows, or another tab may use it: then each visit starts afresh. */
async function storageOf(chain: Chain): Promise<KeyValueStorage> {
  const key = `${chain.genesisValidatorsRoot} ${chain.genesisTimeMs}`
  const storage = storages.get(key) ?? (await openStorage(chain, { optional: true }))
  // What another tab uses now may be free at the next start.
  if (storage.unavailable === undefined) storages.set(key, storage)
  return storage
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/
