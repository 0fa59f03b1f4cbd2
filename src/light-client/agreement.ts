import type { Hex } from '../chain/index.ts'
import { dropOldest } from '../streams/drop-oldest.ts'

/** Heads, and paths, that are remembered. */
const MAX_HEADS = 128
const MAX_PATHS = 256
/** Peers remembered for one head: a conflict names them. */
const MAX_SENDERS = 16

/** How many independent ways to the network brought or confirmed a head. */
export interface Agreement {
  /**
   * Independent paths that brought or confirmed it. A bootnode is one path with all peers and tunnels behind it; a peer that
   * you configured is one by itself; discovered peers of one network group (IPv4 /16, IPv6 /32) are one; all that dialed us are one.
   */
  readonly paths: number
  /** Paths that sent their newest head since this head's slot, these included. */
  readonly asked: number
}

/** Counts which paths brought which header. */
export interface AgreementTracker {
  /** A peer sent an object with these headers, each of which is verified. */
  note(peer: string, roots: readonly Hex[]): void
  /** The agreement on the header of a slot. */
  of(root: Hex, slot: number): Agreement
  /** Peer ids that brought a header, the first ones first. */
  sendersOf(root: Hex): readonly string[]
}

interface Confirmations {
  readonly paths: Set<string>
  readonly senders: Set<string>
}

/**
 * Creates a tracker.
 *
 * @param options.pathOf - the path of a peer
 * @param options.currentSlot - by the slot clock
 */
export function createAgreementTracker(options: {
  pathOf(peer: string): string
  currentSlot(): number
}): AgreementTracker {
  const byRoot = new Map<Hex, Confirmations>()
  /** When each path sent a head last, as a slot. */
  const sentAtSlot = new Map<string, number>()

  return {
    note(peer, roots) {
      const path = options.pathOf(peer)
      sentAtSlot.delete(path)
      sentAtSlot.set(path, options.currentSlot())
      dropOldest(sentAtSlot, MAX_PATHS)
      for (const root of roots) {
        const known = byRoot.get(root) ?? { paths: new Set(), senders: new Set() }
        byRoot.delete(root)
        byRoot.set(root, known)
        if (known.paths.size < MAX_PATHS) known.paths.add(path)
        if (known.senders.size < MAX_SENDERS) known.senders.add(peer)
      }
      dropOldest(byRoot, MAX_HEADS)
    },
    of(root, slot) {
      const paths = byRoot.get(root)?.paths ?? new Set()
      const asked = [...sentAtSlot].filter(([path, atSlot]) => atSlot >= slot && !paths.has(path))
      return { paths: paths.size, asked: paths.size + asked.length }
    },
    sendersOf: (root) => [...(byRoot.get(root)?.senders ?? [])],
  }
}
