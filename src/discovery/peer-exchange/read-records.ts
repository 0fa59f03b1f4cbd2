import type { Hex } from '../../chain/index.ts'
import { isLamparaError, messageOf } from '../../errors/index.ts'
import type { Candidate } from '../../platform/candidate-source.ts'
import { addressesOf, decodeEnr, type Enr, forkIdOf } from '../enr/index.ts'

/** How grave it is what an answerer did. */
export type ExchangePenalty = 'fatal' | 'low-tolerance' | 'mid-tolerance' | 'high-tolerance'

/** What records are judged by. */
export interface RecordRules {
  /** Digests that count as ours. */
  readonly forkDigests: ReadonlySet<Hex>
  readonly ownPeerId: string
  canDial(address: string): boolean
  /** Sequence number of the record that is known of a peer. */
  knownSeq(peerId: string): bigint | undefined
}

/** What an answer comes to. */
export interface ReadRecords {
  readonly candidates: readonly Candidate[]
  /** The gravest of what the answerer did wrong. */
  readonly penalty?: { readonly penalty: ExchangePenalty; readonly reason: string }
}

const gravity: readonly ExchangePenalty[] = ['high-tolerance', 'mid-tolerance', 'low-tolerance', 'fatal']

/**
 * Judges the records of an answer, each by itself: a forged one is fatal for the answerer, one of another network, one told
 * twice and one that we could not dial cost it less, and an outdated one next to nothing. What remains may be dialed.
 */
export function readRecords(records: readonly (Uint8Array | string)[], rules: RecordRules): ReadRecords {
  const candidates: Candidate[] = []
  const seen = new Set<string>()
  let worst: ReadRecords['penalty']

  function blame(penalty: ExchangePenalty, reason: string): void {
    if (worst === undefined || gravity.indexOf(penalty) > gravity.indexOf(worst.penalty)) worst = { penalty, reason }
  }

  for (const record of records) {
    let enr: Enr
    let forkDigest: Hex | undefined
    try {
      enr = decodeEnr(record)
      forkDigest = forkIdOf(enr)?.forkDigest
    } catch (error) {
      blame(isLamparaError(error, 'enr_invalid') ? 'fatal' : 'low-tolerance', messageOf(error))
      continue
    }
    const { peerId, seq } = enr
    if (peerId === rules.ownPeerId) continue
    if (seen.has(peerId)) {
      blame('low-tolerance', `it reported ${peerId} twice`)
      continue
    }
    seen.add(peerId)
    if (forkDigest === undefined || !rules.forkDigests.has(forkDigest)) {
      blame('mid-tolerance', `it reported ${peerId}, which is of another network`)
      continue
    }
    const known = rules.knownSeq(peerId)
    if (known !== undefined && seq < known) {
      blame('high-tolerance', `it reported ${peerId} by an outdated record`)
      continue
    }
    const addresses = addressesOf(enr).filter(rules.canDial)
    if (addresses.length === 0) blame('mid-tolerance', `it reported ${peerId}, which we cannot dial`)
    else candidates.push({ peerId, addresses, enr: enr.text })
  }
  return worst === undefined ? { candidates } : { candidates, penalty: worst }
}
