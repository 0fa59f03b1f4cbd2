import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { LamparaError } from '../../../src/errors/index.ts'
import type { DisconnectInfo } from '../../../src/peers/persistent/back-off.ts'
import { type PersistentPeer, startPersistentPeers } from '../../../src/peers/persistent/persistent-peers.ts'
import { createFakeClock, settle } from '../../kit/fake-clock.ts'

function named(id: string, kind: PersistentPeer['kind'] = 'bootnode'): PersistentPeer {
  return { id, kind, addresses: [multiaddr('/ip4/127.0.0.1/tcp/1')] }
}

/** A fleet whose bootnodes a test takes down and up; the draw takes them in the order given. */
async function fleet(peers: readonly PersistentPeer[], maxBootnodes: number | undefined, down: readonly string[] = []) {
  const clock = createFakeClock(0)
  const isDown = new Set(down)
  const connected = new Map<string, (loss: DisconnectInfo) => void>()
  let drawn = 0
  const lose = async (id: string, loss: DisconnectInfo = { readyMs: 60_000 }): Promise<void> => {
    connected.get(id)?.(loss)
    connected.delete(id)
    await settle()
  }
  const keeper = startPersistentPeers(peers, {
    clock,
    random: () => ++drawn / 1000,
    async connect({ id }) {
      if (isDown.has(id)) throw new LamparaError('dial_failed', 'refused')
      const lost = Promise.withResolvers<DisconnectInfo>()
      connected.set(id, lost.resolve)
      return { disconnected: lost.promise }
    },
    bannedUntilMs: () => undefined,
    onFailed: () => {},
    onChange: () => {},
    disconnect: ({ id }) => void lose(id),
    maxBootnodes,
  })
  await settle()
  return {
    clock,
    keeper,
    lose,
    isDown,
    held: () => [...connected.keys()].sort(),
    async takeDown(id: string) {
      isDown.add(id)
      await lose(id)
    },
  }
}

const four = ['a', 'b', 'c', 'd'].map((id) => named(id))

describe('more bootnodes than are held at once', () => {
  it('holds as many as asked, all of them without a bound, and every other peer', async () => {
    expect((await fleet(four, 2)).held()).toEqual(['a', 'b'])
    expect((await fleet(four, undefined)).held()).toEqual(['a', 'b', 'c', 'd'])
    expect((await fleet([...four, named('x', 'peer'), named('y', 'peer')], 1)).held()).toEqual(['a', 'x', 'y'])
  })

  it('connects to a reserve at once when one is lost, and goes back when it is there again', async () => {
    const { clock, held, takeDown, isDown } = await fleet(four, 2)
    await takeDown('a')
    expect(held()).toEqual(['b', 'c'])
    await clock.advance(60_000)
    expect(held()).toEqual(['b', 'c'])
    isDown.delete('a')
    await clock.advance(30_000)
    expect(held()).toEqual(['a', 'b'])
  })

  it('takes the next reserve when the first cannot be reached, and replaces one that is lost', async () => {
    const { clock, held, takeDown } = await fleet(four, 1, ['a', 'b'])
    expect(held()).toEqual(['c'])
    await takeDown('c')
    expect(held()).toEqual(['d'])
    await clock.advance(120_000)
    expect(held()).toEqual(['d'])
  })

  it('holds none in place of one that the user disconnected', async () => {
    const { keeper, lose, held } = await fleet(four, 1)
    keeper.release('a')
    await lose('a')
    expect(held()).toEqual([])
  })

  it('draws evenly, so that many clients spread over a fleet', async () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 400; i++) {
      const keeper = startPersistentPeers(four, {
        clock: createFakeClock(0),
        random: Math.random,
        async connect({ id }) {
          counts.set(id, (counts.get(id) ?? 0) + 1)
          return { disconnected: new Promise<DisconnectInfo>(() => {}) }
        },
        bannedUntilMs: () => undefined,
        onFailed: () => {},
        onChange: () => {},
        maxBootnodes: 1,
      })
      await settle()
      keeper.stop()
    }
    // A chance of one in a million for less, if each is as likely as the others.
    for (const { id } of four) expect(counts.get(id)).toBeGreaterThan(50)
  })
})
