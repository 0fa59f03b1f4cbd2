import type { Chain } from '../../chain/index.ts'
import { decodeEnr } from '../../discovery/enr/index.ts'
import { assertOfChain } from '../../discovery/enr/of-chain.ts'
import { LamparaError } from '../../errors/index.ts'
import type { Candidate, CandidateSource } from '../../platform/candidate-source.ts'

/** Records whose verdict is remembered: sources report the same ones again and again. */
const MAX_JUDGED = 1_024

/**
 * Creates what tells candidates of a chain from those whose record names another, or cannot be read.
 *
 * @param onForeign - called with an address of each of these, when it is first seen
 */
export function createChainFilter(
  chain: Chain,
  onForeign: (address: string, error: LamparaError) => void,
): (candidate: Candidate) => boolean {
  const verdicts = new Map<string, boolean>()
  return ({ enr, peerId, addresses }) => {
    if (enr === undefined) return true
    const known = verdicts.get(enr)
    if (known !== undefined) return known
    if (verdicts.size >= MAX_JUDGED) verdicts.clear()
    verdicts.set(enr, false)
    try {
      assertOfChain(decodeEnr(enr), chain)
      verdicts.set(enr, true)
      return true
    } catch (error) {
      onForeign(addresses[0] ?? `/p2p/${peerId}`, LamparaError.from(error, 'enr_invalid', `Cannot use ${peerId}`))
      return false
    }
  }
}

/** A source without the candidates that a filter refuses. */
export function filterSource(source: CandidateSource, accepts: (candidate: Candidate) => boolean): CandidateSource {
  return {
    ...source,
    name: source.name,
    async *candidates(options) {
      for await (const candidate of source.candidates(options)) if (accepts(candidate)) yield candidate
    },
  }
}
