import { describe, expect, it } from 'vitest'
import { mainnet } from '../../../src/chain/index.ts'
import { checkpointEpochOf, createHeaderLinks } from '../../../src/light-client/store/header-links.ts'
import { type BeaconBlockHeader, headerRoot } from '../../../src/ssz/index.ts'

/** Blocks of a branch at these slots, each the child of the one before. */
function branch(name: number, slots: readonly number[], from?: BeaconBlockHeader): BeaconBlockHeader[] {
  const zero = new Uint8Array(32)
  const headers: BeaconBlockHeader[] = []
  let parentRoot: Uint8Array = from === undefined ? zero : headerRoot(from)
  for (const slot of slots) {
    const header = { slot, proposerIndex: name, parentRoot, stateRoot: zero, bodyRoot: zero }
    headers.push(header)
    parentRoot = headerRoot(header)
  }
  return headers
}

describe('links between headers', () => {
  const [root, second, third] = branch(1, [10, 11, 12]) as [BeaconBlockHeader, BeaconBlockHeader, BeaconBlockHeader]
  const [otherSecond, otherThird] = branch(2, [11, 12], root) as [BeaconBlockHeader, BeaconBlockHeader]

  it('tell that a header descends from an earlier one, by parents', () => {
    const links = createHeaderLinks()
    for (const header of [root, second, third]) links.add(header)
    expect(links.relation(third, root)).toBe('descends')
    expect(links.relation(third, second)).toBe('descends')
  })

  it('tell that a header excludes an earlier one of another branch', () => {
    const links = createHeaderLinks()
    for (const header of [root, second, third, otherSecond, otherThird]) links.add(header)
    expect(links.relation(otherThird, second)).toBe('excludes')
    expect(links.relation(third, otherSecond)).toBe('excludes')
  })

  it('tell that a header whose parent is older than the slot before excludes the block of that slot', () => {
    const links = createHeaderLinks()
    const [child] = branch(3, [12], root) as [BeaconBlockHeader]
    for (const header of [root, second, child]) links.add(header)
    expect(links.relation(child, second)).toBe('excludes')
  })

  it('say nothing where a link is missing', () => {
    const links = createHeaderLinks()
    links.add(third)
    expect(links.relation(third, root)).toBe('unknown')
    expect(links.relation(second, root)).toBe('unknown')
  })

  it('follow the finalized block that a header’s state names, and take it for no exclusion', () => {
    const links = createHeaderLinks()
    const [far] = branch(4, [60], otherThird) as [BeaconBlockHeader]
    links.add(far, second)
    expect(links.relation(far, second)).toBe('descends')
    expect(links.relation(far, third)).toBe('unknown')
  })

  it('know another header of a slot', () => {
    const links = createHeaderLinks()
    links.add(second)
    expect(links.otherAt(second)).toBeUndefined()
    expect(links.otherAt(otherSecond)).toBeDefined()
  })

  it('forget the oldest of more than 1,024 headers', () => {
    const links = createHeaderLinks()
    const slots = Array.from({ length: 1_100 }, (_, index) => index + 1)
    const long = branch(5, slots)
    for (const header of long) links.add(header)
    expect(links.relation(long.at(-1)!, long[0]!)).toBe('unknown')
    expect(links.relation(long.at(-1)!, long.at(-1_000)!)).toBe('descends')
  })
})

describe('the checkpoint epoch of a finalized block', () => {
  it('is its own epoch in the first slot, and the next one where that slot was empty', () => {
    expect(checkpointEpochOf(mainnet, 64)).toBe(2)
    expect(checkpointEpochOf(mainnet, 63)).toBe(2)
    expect(checkpointEpochOf(mainnet, 33)).toBe(2)
    expect(checkpointEpochOf(mainnet, 32)).toBe(1)
  })
})
