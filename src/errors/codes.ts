/**
 * The closed set of error codes: what went wrong, in a word that a program can branch on.
 *
 * Grouped by where they arise. A code is public interface: it is never renamed within a major version.
 */
export const errorCodes = [
  // Any layer
  'aborted',
  'invalid_argument',
  'internal',
  'timeout',
  'stopped',
  'queue_overflow',
  // Chain
  'config_incomplete',
  'config_invalid',
  'fork_unknown',
  // Bytes: SSZ, snappy, the wire formats
  'ssz_invalid',
  'json_invalid',
  'snappy_invalid',
  'snappy_checksum_mismatch',
  'length_out_of_bounds',
  'varint_invalid',
  'unexpected_end',
  'context_unknown',
  'topic_invalid',
  // Light-client objects: invalid
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
  // Light-client objects: stale, or out of reach of the store
  'update_not_relevant',
  'update_from_future',
  'update_too_early',
  'period_out_of_reach',
  'next_sync_committee_unknown',
  'bootstrap_unrequested',
  'supermajority_missing',
  'update_conflicting',
  // Network
  'bootnodes_missing',
  'bootnodes_unreachable',
  'join_document_invalid',
  'address_invalid',
  'enr_invalid',
  'dial_failed',
  'peer_unavailable',
  'peer_disconnected',
  'protocol_unsupported',
  'irrelevant_network',
  'clock_skewed',
  // Request/response
  'dial_timeout',
  'request_timeout',
  'first_byte_timeout',
  'chunk_timeout',
  'exchange_timeout',
  'request_invalid',
  'server_error',
  'resource_unavailable',
  'rate_limited',
  'response_code_unknown',
  'response_empty',
  'response_too_long',
  'response_invalid',
  // Gossip
  'publish_failed',
  'topic_not_subscribed',
  // Light client
  'checkpoint_missing',
  'checkpoint_unavailable',
  'checkpoint_too_old',
  // Platform
  'storage_invalid',
  'storage_unavailable',
  'storage_in_use',
  'runtime_unsupported',
  'code_unavailable',
  'file_unreadable',
] as const

/** One of the closed set of error codes. */
export type LamparaErrorCode = (typeof errorCodes)[number]
