import { describe, expect, it } from 'vitest'
import { slotStartMs, startSlotOfEpoch } from '../../../src/chain/index.ts'
import { pingRegularly, watchDigestChanges } from '../../../src/peers/handshake/ping-loop.ts'
import type { PeerRecord } from '../../../src/peers/manager/peer-record.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { testChain } from '../../kit/network.ts'

/** Pings of a peer that answers as long as the test lets it. */
function pinged(direction: 'inbound' | 'outbound' = 'outbound') {
  const clock = createFakeClock(1_000_000)
  const life = new AbortController()
  const state = { answers: true, silent: false, pings: [] as number[] }
  const peer = { id: 'a', abortController: life, connection: { direction } } as unknown as PeerRecord
  pingRegularly(peer, 20_000, {
    clock,
    random: () => 0.5,
    async ping() {
      state.pings.push(clock.now() - 1_000_000)
      if (!state.answers) throw new Error('no answer')
    },
    onLatency: () => {},
    onTimeout() {
      state.silent = true
    },
  }).catch(() => {})
  return { clock, life, state }
}

describe('pings', () => {
  it('go out at once to a peer that we dialed, then regularly, until it is gone', async () => {
    const { clock, life, state } = pinged()
    await clock.advance(45_000)
    expect(state.pings).toEqual([0, 20_000, 40_000])
    life.abort()
    await clock.advance(60_000)
    expect(state.pings).toHaveLength(3)
    expect(clock.pending).toBe(0)
  })

  it('leave the first word to a peer that dialed us', async () => {
    const { clock, state } = pinged('inbound')
    await clock.advance(19_999)
    expect(state.pings).toEqual([])
  })

  it('give a peer up after two in a row without an answer', async () => {
    const { clock, state } = pinged()
    await clock.advance(1_000)
    state.answers = false
    await clock.advance(20_000)
    expect(state.silent).toBe(false)
    await clock.advance(20_000)
    expect(state.silent).toBe(true)
  })

  it('give a peer up after one when the machine had slept', async () => {
    const { clock, state } = pinged()
    await clock.advance(1_000)
    state.answers = false
    clock.set(1_000_000 + 3_600_000)
    await clock.advance(20_000)
    expect(state.pings).toHaveLength(2)
    expect(state.silent).toBe(true)
  })
})

describe('a change of fork digest', () => {
  const chain = testChain({ genesisTimeMs: 1_700_000_000_000, fuluEpoch: 10, blobEpoch: 12 })
  const atEpoch = (epoch: number): number => slotStartMs(chain, startSlotOfEpoch(chain, epoch))

  it('has peers asked for their Status two slots later, once each', async () => {
    const clock = createFakeClock(atEpoch(7) + 123)
    const told: number[] = []
    watchDigestChanges(chain, clock, () => told.push(clock.now()))
    await clock.advance(atEpoch(20) - atEpoch(7))
    expect(told).toEqual([10, 12].map((epoch) => atEpoch(epoch) + 12_000))
    expect(clock.pending).toBe(0)
  })
})
