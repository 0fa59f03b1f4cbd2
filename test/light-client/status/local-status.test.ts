import { describe, expect, it } from 'vitest'
import { forkDigestAtEpoch, fromHex, slotStartMs, startSlotOfEpoch, toHex } from '../../../src/chain/index.ts'
import { localStatusOf } from '../../../src/light-client/status/local-status.ts'
import { checkRelevance } from '../../../src/peers/handshake/relevance.ts'
import { testChain } from '../../kit/network.ts'

const chain = testChain({ genesisTimeMs: 1_700_000_000_000 })
const forkDigest = forkDigestAtEpoch(chain, 5)
const first = startSlotOfEpoch(chain, 3)
const root = `0x${'01'.repeat(32)}` as const
const head = { slot: startSlotOfEpoch(chain, 4) + 2, root: `0x${'02'.repeat(32)}` } as const

/** As a peer sees it. */
function received(status: ReturnType<typeof localStatusOf>) {
  return { ...status, forkDigest, finalizedRoot: toHex(status.finalizedRoot), headRoot: toHex(status.headRoot) }
}

describe('the Status of a node that has verified a finalized block', () => {
  it('names the block of an epoch’s first slot as finalized and as the head', () => {
    const status = localStatusOf(chain, { slot: first, root }, head)
    const bytes = fromHex(root, 32)
    expect(status).toMatchObject({ finalizedEpoch: 3, finalizedRoot: bytes, headRoot: bytes, headSlot: first })
  })

  it('names the verified head where the finalized epoch’s first slots are empty, each slot with its own root', () => {
    const status = localStatusOf(chain, { slot: first - 2, root }, head)
    expect(status).toMatchObject({ finalizedEpoch: 3, finalizedRoot: fromHex(root, 32), headSlot: head.slot })
    expect(status.headRoot).toEqual(fromHex(head.root, 32))
  })

  it.each([first, first - 2])('is relevant to peers: block of slot %i', (slot) => {
    const seen = received(localStatusOf(chain, { slot, root }, head))
    expect(checkRelevance(chain, slotStartMs(chain, startSlotOfEpoch(chain, 5)), undefined, seen)).toBeUndefined()
  })

  it('offers nothing from before the block', () => {
    expect(localStatusOf(chain, { slot: 22, root }, head).earliestAvailableSlot).toBe(22)
  })
})
