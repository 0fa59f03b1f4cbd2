import type { Chain } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { decompressBlock } from '../../wire/index.ts'
import type { TopicEntry } from '../registry/topic-table.ts'

/** A payload, opened. */
export interface ReadMessage {
  /** The SSZ bytes. */
  readonly data: Uint8Array
  readonly message: unknown
  /** True when it came under a digest that is tolerated, not under its own. */
  readonly misplaced: boolean
}

/**
 * Decompresses a payload, where that was not done before, decodes it, and checks that it belongs under the digest that it came under.
 *
 * @throws LamparaError `length_out_of_bounds`, `snappy_invalid`, `ssz_invalid`; `context_unknown` for a wrong digest
 */
export function readMessage(
  chain: Chain,
  entry: TopicEntry,
  raw: Uint8Array,
  decompressed = decompressBlock(raw, { maxBytes: entry.maxBytes }),
): ReadMessage {
  const { topic, digest, fork } = entry
  const message = topic.decode(decompressed, { chain, fork: fork.name })
  const ownDigest = topic.digestOf?.(message, chain) ?? digest
  const misplaced = ownDigest !== digest
  if (misplaced && topic.toleratedDigestOf?.(message, chain) !== digest) {
    const reason = `it belongs under fork digest ${ownDigest}`
    throw new LamparaError('context_unknown', `Cannot take a message of ${entry.topicString}: ${reason}`)
  }
  return { data: decompressed, message, misplaced }
}
