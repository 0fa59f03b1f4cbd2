import { isLamparaError } from '../errors/index.ts'
import { sha256 } from '../hash/sha256.ts'
import { joinBytes } from './join-bytes.ts'
import { decompressBlock } from './snappy-block.ts'

/** Every message id has so many bytes. */
export const MESSAGE_ID_BYTES = 20

/** MESSAGE_DOMAIN_INVALID_SNAPPY and MESSAGE_DOMAIN_VALID_SNAPPY (phase0/p2p-interface.md, "Constants"). */
const domains = {
  invalid: /* @__PURE__ */ Uint8Array.of(0, 0, 0, 0),
  valid: /* @__PURE__ */ Uint8Array.of(1, 0, 0, 0),
}

/**
 * The id of a gossip message as Altair defines it (altair/p2p-interface.md, "Topics and messages"): 20 bytes, over the
 * decompressed data where that can be had, else over the raw data in a domain of its own. Never throws.
 *
 * @param raw - the message's data as it came
 * @param maxBytes - the most bytes that the data may decompress to: beyond it, the message counts as not valid
 */
export function messageId(topic: string, raw: Uint8Array, maxBytes: number): Uint8Array {
  return messageIdOfData(topic, raw, decompressedForId(raw, maxBytes))
}

/**
 * As `messageId()`, for who has decompressed the message already.
 *
 * @param data - the decompressed data; undefined when it could not be had
 */
export function messageIdOfData(topic: string, raw: Uint8Array, data: Uint8Array | undefined): Uint8Array {
  const topicBytes = new TextEncoder().encode(topic)
  const topicLength = new Uint8Array(8)
  new DataView(topicLength.buffer).setUint32(0, topicBytes.length, true)
  const domain = data === undefined ? domains.invalid : domains.valid
  return sha256(joinBytes([domain, topicLength, topicBytes, data ?? raw])).slice(0, MESSAGE_ID_BYTES)
}

/** The decompressed data as the id takes it; undefined when it could not be had. */
export function decompressedForId(raw: Uint8Array, maxBytes: number): Uint8Array | undefined {
  try {
    return decompressBlock(raw, { maxBytes })
  } catch (error) {
    if (isLamparaError(error)) return undefined
    throw error
  }
}
