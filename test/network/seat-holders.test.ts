import { expect, it } from 'vitest'
import { createSeatKeeper } from '../../src/network/limits/seat-holders.ts'
import type { PeerInfo } from '../../src/peers/types.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

function keeperOf(peers: Readonly<Record<string, Partial<PeerInfo>>>, subscribers: readonly string[] = []) {
  const clock = createFakeClock(1_700_000_000_000)
  const left: string[] = []
  const keeper = createSeatKeeper({
    clock,
    peer: (id) => peers[id] as PeerInfo | undefined,
    isSubscriber: (id) => subscribers.includes(id),
    async disconnect(id, _, code) {
      left.push(`${id} ${code}`)
    },
  })
  return { clock, keeper, left }
}

it('values who subscribes and asks more than who only subscribes, than who only asks, than who does neither, than who has not greeted', () => {
  const { keeper } = keeperOf({ both: {}, subscriber: {}, asker: {}, idle: {} }, ['both', 'subscriber'])
  keeper.noteRequest('both')
  keeper.noteRequest('asker')
  const values = ['both', 'subscriber', 'asker', 'idle', 'silent'].map(keeper.value)
  expect(values).toEqual(values.toSorted((a, b) => b - a))
  expect(new Set(values).size).toBe(5)
})

it('counts a request for ten minutes', async () => {
  const { clock, keeper } = keeperOf({ asker: {} })
  keeper.noteRequest('asker')
  await clock.advance(10 * 60_000 - 1)
  expect(keeper.value('asker')).toBe(2)
  await clock.advance(1)
  expect(keeper.value('asker')).toBe(1)
})

it('lets persistent peers stay, and tells others that there are too many', () => {
  const { keeper, left } = keeperOf({ bootnode: { persistent: true } })
  expect(keeper.value('bootnode')).toBe(Number.POSITIVE_INFINITY)
  keeper.release('guest')
  expect(left).toEqual(['guest 129'])
})
