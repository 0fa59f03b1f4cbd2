import type { Network } from '../network/types.ts'

/** The beacon node's own record, available without waiting. */
export interface LocalEnr {
  /** `enr:…`, as it was when it was last asked for. */
  readonly text: string
  /** Asks for it again: forks change it. */
  refresh(): void
}

/** Asks a network for its record, and remembers it. */
export async function cacheLocalEnr(network: Network): Promise<LocalEnr> {
  let text = await network.enr()
  return {
    get text() {
      return text
    },
    refresh() {
      network.enr().then(
        (record) => {
          text = record
        },
        // The old one will do where the new one cannot be made.
        () => {},
      )
    },
  }
}
