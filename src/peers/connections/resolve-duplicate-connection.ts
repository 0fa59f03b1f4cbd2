/** What to do with a second connection to the same peer. */
export type SecondConnection = 'keep-first' | 'keep-second' | 'probe-first'

/**
 * Chooses between two connections to one peer so that both sides choose alike: when each dialed the other, the one dialed by
 * the smaller peer id stays. When one side dialed twice, it may have lost the first without our noticing: try that one.
 */
export function resolveDuplicateConnection(
  ownId: string,
  peerId: string,
  first: 'inbound' | 'outbound',
  second: 'inbound' | 'outbound',
): SecondConnection {
  if (first === second) return 'probe-first'
  const stays = ownId < peerId ? 'outbound' : 'inbound'
  return first === stays ? 'keep-first' : 'keep-second'
}
