import { type Chain, forkDigestAtEpoch, forkDigests, type Hex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { Enr } from './enr.ts'
import { forkIdOf } from './enr-fields.ts'

const ZERO_ROOT: Hex = `0x${'00'.repeat(32)}`
const known = new WeakMap<Chain, ReadonlySet<Hex>>()

/**
 * Refuses a record whose `eth2` names a chain other than this one. One without `eth2` passes: bootnodes need not say.
 *
 * Any fork of the chain will do, past ones too: what a list has of a node is what that node said when the list was made. Key
 * and address may well be the same today, and Status tells the rest; no other chain has that digest, since the genesis
 * validators root is hashed into it. The digest with which bootnodes are published before there is such a root
 * (phase0/p2p-interface.md, "eth2 field") will do as well: some of mainnet's have it to this day.
 *
 * @throws LamparaError `irrelevant_network`; `enr_invalid` when `eth2` has not 16 bytes
 */
export function assertOfChain(enr: Enr, chain: Chain): void {
  const digest = forkIdOf(enr)?.forkDigest
  if (digest === undefined || digestsOf(chain).has(digest)) return
  const reason = `its record names the fork digest ${digest}, which ${chain.name} never has`
  throw new LamparaError('irrelevant_network', `Cannot use ${enr.peerId}: ${reason}`)
}

function digestsOf(chain: Chain): ReadonlySet<Hex> {
  const digests = known.get(chain) ?? new Set([beforeGenesis(chain), ...forkDigests(chain).map(({ digest }) => digest)])
  known.set(chain, digests)
  return digests
}

/** Of the first version, and a genesis validators root of zeros. */
function beforeGenesis(chain: Chain): Hex {
  return forkDigestAtEpoch({ ...chain, genesisValidatorsRoot: ZERO_ROOT, forks: chain.forks.slice(0, 1) }, 0)
}
