import { type Chain, forkAtSlot, fromHex, type Hex } from '../../chain/index.ts'
import { type BeaconBlockHeader, ForkData, headerRoot, SigningData } from '../../ssz/index.ts'

/** DOMAIN_SYNC_COMMITTEE (altair/beacon-chain.md). */
const DOMAIN_SYNC_COMMITTEE = Uint8Array.of(7, 0, 0, 0)

const domains = new WeakMap<Chain, Map<Hex, Uint8Array>>()

/**
 * What a sync committee signs for a header: compute_signing_root under the domain of the fork in force one slot before
 * the signature. Blob-parameter forks change digests, not domains.
 *
 * @param signatureSlot - the slot of the block that carries the signature
 * @returns 32 bytes
 */
export function syncCommitteeSigningRoot(chain: Chain, header: BeaconBlockHeader, signatureSlot: number): Uint8Array {
  const { version } = forkAtSlot(chain, Math.max(signatureSlot, 1) - 1)
  return SigningData.hashTreeRoot({ objectRoot: headerRoot(header), domain: syncCommitteeDomain(chain, version) })
}

/** compute_domain (phase0/beacon-chain.md), once for each of a chain's forks. */
function syncCommitteeDomain(chain: Chain, version: Hex): Uint8Array {
  const known = domains.get(chain) ?? new Map<Hex, Uint8Array>()
  domains.set(chain, known)
  let domain = known.get(version)
  if (domain === undefined) {
    const forkDataRoot = ForkData.hashTreeRoot({
      currentVersion: fromHex(version, 4),
      genesisValidatorsRoot: fromHex(chain.genesisValidatorsRoot, 32),
    })
    domain = new Uint8Array(32)
    domain.set(DOMAIN_SYNC_COMMITTEE)
    domain.set(forkDataRoot.subarray(0, 28), DOMAIN_SYNC_COMMITTEE.length)
    known.set(version, domain)
  }
  return domain
}
