import { type Chain, createChain, forkDigests, fromHex, mainnet } from '../../../src/chain/index.ts'
import { pick } from '../../fuzz/engine/mutate.ts'
import type { Mutator } from '../../fuzz/engine/target.ts'

const forks = ['altair', 'bellatrix', 'capella', 'deneb', 'electra', 'fulu', 'gloas']

/** The minimal preset, a fork in each of the first epochs, and a blob-parameter fork: every container within few slots. */
export const minimal: Chain = createChain(
  {
    PRESET_BASE: 'minimal',
    CONFIG_NAME: 'fuzz',
    SECONDS_PER_SLOT: 6,
    GENESIS_FORK_VERSION: '0x00000001',
    MAX_BLOBS_PER_BLOCK_ELECTRA: 9,
    BLOB_SCHEDULE: [{ EPOCH: 8, MAX_BLOBS_PER_BLOCK: 12 }],
    ...Object.fromEntries(
      forks.flatMap((fork, i) => [
        [`${fork.toUpperCase()}_FORK_VERSION`, `0x0${i + 1}000001`],
        [`${fork.toUpperCase()}_FORK_EPOCH`, i + 1],
      ]),
    ),
  },
  { genesisValidatorsRoot: `0x${'11'.repeat(32)}`, genesisTime: 1_600_000_000 },
)

/** Both presets: what is read differs in the size of committees. */
export const chains: readonly Chain[] = [minimal, mainnet]

/** Puts one of a chain's fork digests at an offset. */
export function digestMutator(chain: Chain, at: number): Mutator {
  const digests = forkDigests(chain).map(({ digest }) => fromHex(digest))
  return (input, random) => {
    const made = input.slice()
    if (made.length >= at + 4) made.set(pick(random, digests), at)
    return made
  }
}
