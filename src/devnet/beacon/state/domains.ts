import { type Chain, epochOfSlot, forkAtEpoch, fromHex } from '../../../chain/index.ts'
import { ForkData, SigningData } from '../../../ssz/index.ts'

/** DOMAIN_BEACON_PROPOSER (phase0/beacon-chain.md). */
export const DOMAIN_BEACON_PROPOSER: Uint8Array = Uint8Array.of(0, 0, 0, 0)

/** DOMAIN_SYNC_COMMITTEE (altair/beacon-chain.md). */
export const DOMAIN_SYNC_COMMITTEE: Uint8Array = Uint8Array.of(7, 0, 0, 0)

/** compute_signing_root over an object's root, with get_domain's fork version of the slot given. */
export function signingRoot(chain: Chain, objectRoot: Uint8Array, domainType: Uint8Array, slot: number): Uint8Array {
  const forkDataRoot = ForkData.hashTreeRoot({
    currentVersion: fromHex(forkAtEpoch(chain, epochOfSlot(chain, slot)).version),
    genesisValidatorsRoot: fromHex(chain.genesisValidatorsRoot),
  })
  const domain = new Uint8Array(32)
  domain.set(domainType, 0)
  domain.set(forkDataRoot.subarray(0, 28), 4)
  return SigningData.hashTreeRoot({ objectRoot, domain })
}
