import type { Hex, LightClient } from 'lampara'
import { createLightClient, fetchJoinDocument, hoodi, LamparaError, mainnet, offsetClock, sepolia } from 'lampara'
import type { NamedChain, Target } from './target.ts'

const chains = { mainnet, sepolia, hoodi } satisfies Record<NamedChain, unknown>

/**
 * Starts a light client that joins where the target says.
 *
 * @throws LamparaError whatever the join document, the options or the start are refused for; the signal's reason
 */
export async function openClient(target: Target, signal: AbortSignal): Promise<LightClient> {
  if (target.kind === 'bootnode') {
    return createLightClient({
      chain: chains[target.chain],
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
    bootnodes,
    checkpoint,
    clock: offsetClock(clockOffsetMs),
    // A devnet's beacon nodes are on this machine, as the page is.
    allowPrivateAddresses: LOOPBACK.test(globalThis.location?.hostname ?? ''),
    signal,
  })
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/
