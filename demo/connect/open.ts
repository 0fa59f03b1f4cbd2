import type { Chain, Hex, KeyValueStorage, LightClient } from 'lampara'
import {
  createLightClient,
  fetchJoinDocument,
  hoodi,
  LamparaError,
  mainnet,
  offsetClock,
  openStorage,
  sepolia,
} from 'lampara'
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
      ...(await storageOf(chain)),
      bootnodes: [target.address],
      checkpoint: target.checkpoint as Hex,
      signal,
    })
  }
  const { chain, bootnodes, checkpoint, clockOffsetMs } = await fetchJoinDocument(target.url, { signal })
  if (checkpoint === undefined) {
    throw new LamparaError(
      'checkpoint_missing',
      `Cannot start from ${target.url}: the join document names no checkpoint`,
    )
  }
  return createLightClient({
    chain,
    ...(await storageOf(chain)),
    bootnodes,
    checkpoint,
    clock: offsetClock(clockOffsetMs),
    // A devnet's beacon nodes are on this machine, as the page is.
    allowPrivateAddresses: LOOPBACK.test(globalThis.location?.hostname ?? ''),
    signal,
  })
}

/** Open for as long as the page is: one for each chain. */
const storages = new Map<string, KeyValueStorage>()

/** A browser may refuse storage, as some do in private windows, or another tab may use it: then each visit starts afresh. */
async function storageOf(chain: Chain): Promise<{ storage?: KeyValueStorage }> {
  const key = `${chain.genesisValidatorsRoot} ${chain.genesisTimeMs}`
  const storage = storages.get(key) ?? (await openStorage(chain).catch(() => undefined))
  if (storage === undefined) return {}
  storages.set(key, storage)
  return { storage }
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/
