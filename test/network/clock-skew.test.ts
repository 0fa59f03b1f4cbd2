import { describe, expect, it } from 'vitest'
import { slotStartMs } from '../../src/chain/index.ts'
import { offsetClock } from '../../src/streams/clock.ts'
import {
  cleanUpAfterEach,
  genesisStatus,
  nextEvent,
  slotNow,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
  untilStatus,
} from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const root = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
/** A beacon node in sync, by the true time. */
const synced = () =>
  startBareNode(chain, { status: { ...genesisStatus(chain), headSlot: slotNow(chain), headRoot: root(1) } })

describe('a machine whose clock is wrong', () => {
  it('keeps peers that are ahead of it by up to a slot', async () => {
    const node = await synced()
    const aheadMs = slotStartMs(chain, slotNow(chain)) - Date.now() + chain.slotDurationMs
    const network = await startNetwork({ chain, clock: offsetClock(-aheadMs), staticPeers: [node.address] })
    await untilPeers(network, 1)
  })

  it('suspects its own clock, in words, when all peers are ahead alike, and dials them again soon', async () => {
    const nodes = [await synced(), await synced()]
    const network = await startNetwork({
      chain,
      clock: offsetClock(-60_000),
      bootnodes: [nodes[0]!.address],
      staticPeers: [nodes[1]!.address],
    })
    const failures = network.events(['dial:failed'])
    const { error, state } = await untilStatus(network, (status) => status.error?.details.of === 2)
    expect(state).toBe('disconnected')
    expect(error).toMatchObject({ code: 'clock_skewed', message: expect.stringMatching(/seems (5\d|6\d) s slow/) })
    expect(network.clockSkew()).toMatchObject({ agreeing: 2, of: 2 })
    expect((await nextEvent(failures)).error).toMatchObject({ code: 'clock_skewed' })
    const before = nodes.map(({ statuses }) => statuses.length)
    // Not after ten minutes, nor a day: as any other failed dial, within seconds.
    for (const [i, { statuses }] of nodes.entries()) {
      await expect.poll(() => statuses.length, { timeout: 45_000 }).toBeGreaterThan(before[i]!)
    }
  })

  it('takes heads that come by other ways for evidence, too', async () => {
    const node = await startBareNode(chain)
    const network = await startNetwork({ chain, staticPeers: [node.address] })
    await untilPeers(network, 1)
    expect(network.clockSkew()).toBeUndefined()
    network.noteHead(node.peerId, slotNow(chain) + 20)
    expect(network.clockSkew()?.offsetMs).toBeGreaterThan(100_000)
    network.noteHead('nobody', slotNow(chain) + 2_000)
    expect(network.clockSkew()?.of).toBe(1)
  })

  it('is not misled by light clients, whose Status is as old as what is final', async () => {
    const light = await startBareNode(chain, {
      status: { ...genesisStatus(chain), headSlot: slotNow(chain) - 90, headRoot: root(1), finalizedRoot: root(1) },
    })
    const network = await startNetwork({ chain, staticPeers: [light.address] })
    await untilPeers(network, 1)
    expect(network.clockSkew()).toBeUndefined()
  })
})
