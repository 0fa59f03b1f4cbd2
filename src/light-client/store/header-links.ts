import { type Chain, epochOfSlot, type Hex, startSlotOfEpoch, toHex } from '../../chain/index.ts'
import { type BeaconBlockHeader, headerRoot } from '../../ssz/index.ts'
import { dropOldest } from '../../streams/drop-oldest.ts'

/** Headers that are remembered: some hours of heads, one a slot. */
const MAX_HEADERS = 1024

/** How one header stands to an earlier one. */
export type Relation = 'descends' | 'excludes' | 'unknown'

interface Link {
  readonly slot: number
  readonly parent: Hex
  /** The finalized block that the header's state names. */
  finalized?: Hex
}

/** Which verified header descends from which, as far as their parent roots and finalized blocks tell. */
export interface HeaderLinks {
  /** Remembers a verified header and, where it is proven, the block that its state calls finalized. */
  add(header: BeaconBlockHeader, finalized?: BeaconBlockHeader): void
  /** How a header stands to an earlier block. */
  relation(header: BeaconBlockHeader, earlier: BeaconBlockHeader): Relation
  /** The remembered root of another header of the same slot. */
  otherAt(header: BeaconBlockHeader): Hex | undefined
}

/** Creates an empty record. It holds the last 1,024 headers. */
export function createHeaderLinks(): HeaderLinks {
  const links = new Map<Hex, Link>()

  /** Walks parents and finalized blocks down; each step goes to an earlier slot, so it ends. */
  function relationOf(root: Hex, earlier: BeaconBlockHeader, earlierRoot: Hex): Relation {
    const waiting = [root]
    const seen = new Set<Hex>()
    let relation: Relation = 'unknown'
    for (;;) {
      const next = waiting.pop()
      if (next === undefined) return relation
      if (next === earlierRoot) return 'descends'
      const link = links.get(next)
      if (link === undefined || seen.has(next)) continue
      seen.add(next)
      // Another block of the slot: what descends from it cannot descend from the earlier one.
      if (link.slot === earlier.slot) relation = 'excludes'
      if (link.slot <= earlier.slot) continue
      // No block lies between a parent and its child, so an earlier block in that gap is no ancestor.
      const parentSlot = links.get(link.parent)?.slot ?? Number.POSITIVE_INFINITY
      const reachesBelow = parentSlot <= earlier.slot || link.slot - 1 === earlier.slot
      if (link.parent !== earlierRoot && reachesBelow) relation = 'excludes'
      if (link.finalized !== undefined) waiting.push(link.finalized)
      waiting.push(link.parent)
    }
  }

  return {
    add(header, finalized) {
      const root = toHex(headerRoot(header))
      const known = links.get(root)
      const link: Link = known ?? { slot: header.slot, parent: toHex(header.parentRoot) }
      if (finalized !== undefined) {
        link.finalized = toHex(headerRoot(finalized))
        if (!links.has(link.finalized)) {
          links.set(link.finalized, { slot: finalized.slot, parent: toHex(finalized.parentRoot) })
        }
      }
      links.delete(root)
      links.set(root, link)
      dropOldest(links, MAX_HEADERS)
    },
    relation: (header, earlier) => relationOf(toHex(headerRoot(header)), earlier, toHex(headerRoot(earlier))),
    otherAt(header) {
      const root = toHex(headerRoot(header))
      for (const [other, { slot }] of links) if (slot === header.slot && other !== root) return other
      return undefined
    },
  }
}

/**
 * The epoch whose checkpoint a finalized block is: its own where it is the epoch's first block slot, else the next one, since all
 * slots between are then empty. Two finalized blocks of one chain never share it.
 */
export function checkpointEpochOf(chain: Chain, slot: number): number {
  const epoch = epochOfSlot(chain, slot)
  return startSlotOfEpoch(chain, epoch) === slot ? epoch : epoch + 1
}
