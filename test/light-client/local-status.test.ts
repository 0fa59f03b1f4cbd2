import { describe, expect, it } from 'vitest'
import { forkDigestAtEpoch, slotStartMs, startSlotOfEpoch, toHex } from '../../src/chain/index.ts'
import { localStatusOf } from '../../src/light-client/local-status.ts'
import { irrelevance } from '../../src/peers/relevance.ts'
import { headerRoot } from '../../src/ssz/index.ts'
import { testChain } from '../network/support.ts'

const chain = testChain({ genesisTimeMs: 1_700_000_000_000 })
const forkDigest = forkDigestAtEpoch(chain, 5)

function headerAt(slot: number) {
  const root = new Uint8Array(32).fill(1)
  return { slot, proposerIndex: 0, parentRoot: root, stateRoot: root, bodyRoot: root }
}

describe('the Status of a node that has verified a finalized block', () => {
  it.each([
    ['in the first slot of its epoch', startSlotOfEpoch(chain, 3)],
    ['before that slot, which was skipped', startSlotOfEpoch(chain, 3) - 2],
  ])('names the block as finalized and as the head, and is refused by nobody: %s', (_, slot) => {
    const header = headerAt(slot)
    const status = localStatusOf(chain, header)
    const root = headerRoot(header)
    expect(status).toMatchObject({ finalizedEpoch: 3, finalizedRoot: root, headRoot: root })
    const nowMs = slotStartMs(chain, startSlotOfEpoch(chain, 5))
    const seen = { ...status, forkDigest, finalizedRoot: toHex(root), headRoot: toHex(root) }
    expect(irrelevance(chain, nowMs, undefined, seen)).toBeUndefined()
  })

  it('offers nothing from before the block', () => {
    expect(localStatusOf(chain, headerAt(22)).earliestAvailableSlot).toBe(22)
  })
})
