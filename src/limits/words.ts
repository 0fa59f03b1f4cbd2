import type { LimitCause } from './limits.ts'

const words: Partial<Record<LimitCause, string>> = {
  frames: 'sent too many frames without data',
  pings: 'sent too many pings',
  streams: 'opened too many streams',
  gossip_rpcs: 'sent too many gossip RPCs',
  gossip_messages: 'sent too many gossip messages',
  gossip_controls: 'sent too many gossip control messages',
  gossip_malformed: 'sent malformed gossip',
  identify_pushes: 'sent too many identify pushes',
  unsent_bytes: 'does not read what it is sent',
  unread_bytes: 'sent more than could be read',
}

/** What a peer did, as the end of a sentence that begins with the peer. */
export function limitWords(cause: LimitCause): string {
  return words[cause] ?? cause
}
