import { isLamparaError, type LamparaErrorCode } from '../../errors/index.ts'

/** What to do with the sender of an object that was not used. */
export type Verdict = 'ignore' | 'reject'

/** Codes that no honest peer's object earns: anyone who hands it on did not check it. */
const invalid: ReadonlySet<LamparaErrorCode> = new Set<LamparaErrorCode>([
  'ssz_invalid',
  'json_invalid',
  'snappy_invalid',
  'snappy_checksum_mismatch',
  'length_out_of_bounds',
  'varint_invalid',
  'unexpected_end',
  'bootstrap_root_mismatch',
  'header_invalid',
  'execution_branch_invalid',
  'finalized_header_unexpected',
  'finality_branch_invalid',
  'next_sync_committee_unexpected',
  'next_sync_committee_branch_invalid',
  'current_sync_committee_branch_invalid',
  'sync_committee_mismatch',
  'sync_committee_aggregate_mismatch',
  'participation_too_low',
  'signature_invalid',
  'slot_order_invalid',
])

/**
 * Tells an invalid object (`reject`) from one that is stale, too new or out of the store's reach, and from faults that
 * are not the object's (`ignore`).
 */
export function verdictOf(error: unknown): Verdict {
  return isLamparaError(error) && invalid.has(error.code) ? 'reject' : 'ignore'
}
