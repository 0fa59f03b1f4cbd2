/** What Goodbye codes mean: 1 to 3 by the specification (phase0/p2p-interface.md), the rest by convention. */
const words: Readonly<Record<number, string>> = {
  1: 'it shuts down',
  2: 'peer reports irrelevant network',
  3: 'a fault',
  128: 'it cannot verify our network',
  129: 'it has too many peers',
  250: 'our score is bad',
  251: 'we are banned',
  252: 'our address is banned',
}

/** The code of a planned leave. Nodes take 2 and 128 for a reason to stay away for hours. */
export const CLIENT_SHUTDOWN = 1
/** The code for a peer that must give up its place: it takes it for a reason to come back later. */
export const TOO_MANY_PEERS = 129

/** A peer's goodbye in words. */
export function goodbyeWords(code: number): string {
  return `goodbye from the peer: ${words[code] ?? `code ${code}`}`
}
