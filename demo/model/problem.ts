import type { LamparaErrorCode } from 'lampara'
import type { Problem } from '../state/app-state.ts'
import { withoutCode } from './format.ts'

/** An error as the page tells it. */
export interface ProblemModel {
  /** What went wrong, in a few words. */
  readonly title: string
  /** The error's own message, which names the failed action. */
  readonly detail: string
  /** What the reader can do. */
  readonly advice: string
  readonly code: string
}

const known: Readonly<Partial<Record<LamparaErrorCode, readonly [title: string, advice: string]>>> = {
  bootnodes_missing: [
    'No bootnode given',
    'A browser cannot find peers alone. Give a join document or a bootnode address.',
  ],
  bootnodes_unreachable: ['No bootnode answers', 'Check that the bootnode runs and that its address is right.'],
  join_document_invalid: [
    'The join document cannot be used',
    'Check the address. A bootnode serves it at /.well-known/lampara.json.',
  ],
  chain_mismatch: [
    'The join document names another chain',
    'The network was started again. The page joins the new one by itself.',
  ],
  address_invalid: ['That is not an usable address', 'A browser dials addresses such as /dns4/…/tcp/443/tls/ws/p2p/….'],
  dial_failed: ['A dial failed', 'The peer may be down, or refuse connections. It is dialed again by itself.'],
  dial_timeout: ['A dial took too long', 'The peer did not answer in time. It is dialed again by itself.'],
  irrelevant_network: ['The peer is on another chain', 'Choose the chain that the bootnode follows.'],
  checkpoint_missing: ['No checkpoint given', 'Give the block root of a recent finalized checkpoint.'],
  checkpoint_unavailable: ['No peer knows the checkpoint', 'Give the root of a more recent finalized checkpoint.'],
  checkpoint_too_old: ['The checkpoint is too old to trust', 'Give the root of a more recent finalized checkpoint.'],
  bootstrap_root_mismatch: [
    'A peer answered with another checkpoint',
    'The answer was refused. Another peer may be honest.',
  ],
  config_invalid: ['The chain configuration is invalid', 'The join document describes a chain that makes no sense.'],
  config_incomplete: [
    'The chain configuration is incomplete',
    'The join document leaves out something that is needed.',
  ],
  storage_in_use: ['Storage is in use by another tab', 'The page works without it, but starts afresh each time.'],
  storage_unavailable: ['Storage is not available', 'The page works without it, but starts afresh each time.'],
  timeout: ['That took too long', 'Try again.'],
  runtime_unsupported: ['This browser lacks something', 'Use a current version of a browser.'],
}

/** An error in words for people. */
export function problemModel(problem: Problem): ProblemModel {
  const entry = known[problem.code as LamparaErrorCode]
  return {
    title: entry?.[0] ?? 'Something went wrong',
    detail: withoutCode(problem),
    advice: entry?.[1] ?? '',
    code: problem.code,
  }
}
