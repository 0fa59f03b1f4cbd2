/** What a peer did wrong, for whoever keeps its score. */
export type ReportOffence = (
  peerId: string,
  offence: 'fatal' | 'low-tolerance' | 'mid-tolerance' | 'high-tolerance',
  reason: string,
) => void

/** Chooses the best connected peer that offers one of the protocol ids and is not excluded. */
export type SelectPeer = (
  protocolIds: readonly string[],
  options: { readonly exclude: ReadonlySet<string> },
) => string | undefined
