import type { Network } from '../network/types.ts'

/** The beacon node's own record, at hand without waiting. */
export interface OwnRecord {
  /** `enr:…`, as it was when it was last asked for. */
  readonly text: string
  /** Asks for it anew: forks change it. */
  refresh(): void
}

/** Asks a network for its record, and remembers it. */
export async function rememberRecord(network: Network): Promise<OwnRecord> {
  let text = await network.record()
  return {
    get text() {
      return text
    },
    refresh() {
      network.record().then(
        (record) => {
          text = record
        },
        // The old one will do where the new one cannot be made.
        () => {},
      )
    },
  }
}
