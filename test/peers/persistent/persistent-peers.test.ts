import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { LamparaError } from '../../../src/errors/index.ts'
import type { DisconnectInfo } from '../../../src/peers/persistent/back-off.ts'
import { type PersistentPeer, startPersistentPeers } from '../../../src/peers/persistent/persistent-peers.ts'
import { createFakeClock, settle } from '../../kit/fake-clock.ts'

const peer: PersistentPeer = { id: 'a', kind: 'bootnode', addresses: [multiaddr('/ip4/127.0.0.1/tcp/1')] }

/** A keeper over attempts that the test answers by hand. */
function keep(
  peers: readonly PersistentPeer[] = [peer],
  bannedUntilMs: (id: string) => number | undefined = () => undefined,
) {
  const clock = createFakeClock(0)
  const attempts: {
    atMs: number
    id: string
    answer: PromiseWithResolvers<{ disconnected: Promise<DisconnectInfo> }>
  }[] = []
  const failed: string[] = []
  const keeper = startPersistentPeers(peers, {
    clock,
    random: () => 0,
    connect({ id }) {
      const answer = Promise.withResolvers<{ disconnected: Promise<DisconnectInfo> }>()
      attempts.push({ atMs: clock.now(), id, answer })
      return answer.promise
    },
    bannedUntilMs,
    onFailed: ({ id }) => failed.push(id),
    onChange: () => {},
  })
  async function refuse(): Promise<void> {
    attempts.at(-1)!.answer.reject(new LamparaError('dial_failed', 'refused'))
    await settle()
  }
  async function accept(): Promise<(loss: DisconnectInfo) => Promise<void>> {
    const lost = Promise.withResolvers<DisconnectInfo>()
    attempts.at(-1)!.answer.resolve({ disconnected: lost.promise })
    await settle()
    return async (loss) => {
      lost.resolve(loss)
      await settle()
    }
  }
  return { clock, keeper, attempts, failed, refuse, accept, times: () => attempts.map(({ atMs }) => atMs) }
}

describe('keeping peers', () => {
  it('dials at once, and for ever with growing waits', async () => {
    const { clock, refuse, times, failed } = keep()
    await settle()
    for (let i = 0; i < 8; i++) {
      await refuse()
      await clock.advance(30_000)
    }
    expect(times()).toEqual([0, 1_000, 32_000, 64_000, 98_000, 136_000, 180_000, 210_000, 240_000])
    expect(failed).toHaveLength(8)
  })

  it('does not wait for its back-off when it is to hurry, nor for a dial that is slow', async () => {
    const { clock, keeper, refuse, times } = keep()
    await settle()
    await refuse()
    await clock.advance(500)
    keeper.dialNow()
    await settle()
    expect(times()).toEqual([0, 500])
    await clock.advance(3_000)
    keeper.dialNow()
    await settle()
    expect(times()).toEqual([0, 500])
    await clock.advance(1)
    keeper.dialNow()
    await settle()
    expect(times()).toEqual([0, 500, 3_501])
  })

  it('does not hurry to a peer that is banned', async () => {
    const { clock, keeper, times } = keep([peer], () => 60_000)
    await settle()
    keeper.dialNow()
    await clock.advance(59_999)
    keeper.dialNow()
    await settle()
    expect(times()).toEqual([])
    await clock.advance(1)
    expect(times()).toEqual([60_000])
  })

  it('dials at once after the loss of a connection that had held', async () => {
    const { clock, accept, times } = keep()
    await settle()
    const lose = await accept()
    await clock.advance(20_000)
    await lose({ readyMs: 20_000 })
    expect(times()).toEqual([0, 20_000])
  })

  it('says why nothing can be reached once every peer was tried without success, and no longer when one counts', async () => {
    const { keeper, attempts, accept, clock } = keep([peer, { ...peer, id: 'b' }])
    await settle()
    attempts[0]!.answer.reject(new LamparaError('dial_failed', 'no route'))
    await settle()
    expect(keeper.unreachableError()).toBeUndefined()
    attempts[1]!.answer.reject(new LamparaError('irrelevant_network', 'another chain'))
    await settle()
    expect(keeper.unreachableError()).toMatchObject({
      code: 'bootnodes_unreachable',
      cause: { code: 'irrelevant_network' },
    })
    await clock.advance(1_000)
    await accept()
    expect(keeper.unreachableError()).toBeUndefined()
  })

  it('leaves a banned peer alone until the ban is over, and says so', async () => {
    const bans = new Map([['a', 5_000]])
    const { clock, keeper, times } = keep([peer], (id) => bans.get(id))
    await clock.advance(4_999)
    expect(times()).toEqual([])
    expect(keeper.unreachableError()?.message).toContain('banned')
    bans.clear()
    await clock.advance(1)
    expect(times()).toEqual([5_000])
  })

  it('never dials again a peer that was released, nor any once stopped', async () => {
    const { clock, keeper, refuse, attempts } = keep([{ ...peer, id: 'b' }, peer])
    await settle()
    await refuse()
    keeper.release('a')
    keeper.stop()
    attempts[0]!.answer.reject(new LamparaError('dial_failed', 'refused'))
    await clock.advance(600_000)
    expect(attempts).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })
})
