import { messageIdOfData } from '../../wire/index.ts'
import type { TopicEntry } from '../registry/topic-table.ts'

/** Enough for the few epochs in which a topic goes by two digests. */
const MAX_IDS = 4096

/** Knows what came before under another digest of the same topic. */
export interface SeenAcrossForks {
  /** True when the same object came under another digest; else remembers it. */
  repeats(entry: TopicEntry, data: Uint8Array): boolean
}

/**
 * "Messages on pre and post-fork variants of topics share application-level caches" (altair/p2p-interface.md): gossipsub's
 * own ids contain the topic, so it takes the same object under two digests for two messages.
 */
export function createSeenAcrossForks(): SeenAcrossForks {
  const digestOfId = new Map<string, string>()
  return {
    repeats(entry, data) {
      // Where an object tells its own digest, it is valid under that one alone.
      if (entry.topic.digestOf !== undefined) return false
      const id = String.fromCharCode(...messageIdOfData(entry.topic.name, data, data))
      const known = digestOfId.get(id)
      if (known !== undefined) return known !== entry.digest
      digestOfId.set(id, entry.digest)
      if (digestOfId.size > MAX_IDS) digestOfId.delete(digestOfId.keys().next().value!)
      return false
    },
  }
}
