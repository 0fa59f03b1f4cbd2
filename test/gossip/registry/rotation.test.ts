import { describe, expect, it } from 'vitest'
import { forkDigests, slotStartMs, startSlotOfEpoch } from '../../../src/chain/index.ts'
import { digestsToJoin, followRotation, nextRotationMs } from '../../../src/gossip/registry/rotation.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { testChain } from '../../kit/network.ts'

const chain = testChain({ genesisTimeMs: 1_700_000_000_000, fuluEpoch: 10, blobEpoch: 12 })
const [electra, fulu, blob] = forkDigests(chain)
  .slice(-3)
  .map(({ digest }) => digest)
const atEpoch = (epoch: number): number => slotStartMs(chain, startSlotOfEpoch(chain, epoch))

function joinedAt(timeMs: number): (string | undefined)[] {
  return digestsToJoin(chain, timeMs).map(({ digest }) => digest)
}

describe('topics rotate', () => {
  it('by joining an epoch before a fork and leaving two epochs after, blob-parameter forks alike', () => {
    expect(joinedAt(atEpoch(9) - 1)).toEqual([electra])
    expect(joinedAt(atEpoch(9))).toEqual([electra, fulu])
    expect(joinedAt(atEpoch(11) - 1)).toEqual([electra, fulu])
    expect(joinedAt(atEpoch(11))).toEqual([electra, fulu, blob])
    expect(joinedAt(atEpoch(12) - 1)).toEqual([electra, fulu, blob])
    expect(joinedAt(atEpoch(12))).toEqual([fulu, blob])
    expect(joinedAt(atEpoch(14))).toEqual([blob])
    expect(joinedAt(atEpoch(1_000_000))).toEqual([blob])
  })

  it('and are those of epoch 0 before genesis', () => {
    expect(joinedAt(chain.genesisTimeMs - 1e9)).toEqual(joinedAt(chain.genesisTimeMs))
  })

  it('at times that can be told ahead', () => {
    const times: number[] = []
    for (let ms: number | undefined = atEpoch(5); ms !== undefined; ms = nextRotationMs(chain, ms)) times.push(ms)
    expect(times.slice(1)).toEqual([9, 11, 12, 14].map(atEpoch))
  })

  it('once at each of them, and not in between', async () => {
    const clock = createFakeClock(atEpoch(5))
    const changes: number[] = []
    const rotation = followRotation(chain, clock, () => changes.push(clock.now()))
    await clock.advance(20 * 8 * 6_000)
    expect(changes).toEqual([9, 11, 12, 14].map(atEpoch))
    expect(rotation.current.map(({ digest }) => digest)).toEqual([blob])
    expect(clock.pending).toBe(0)
  })

  it('within an epoch after a machine woke up in another time', async () => {
    const clock = createFakeClock(atEpoch(5))
    const rotation = followRotation(chain, clock, () => {})
    clock.set(atEpoch(20))
    await clock.advance(8 * 6_000)
    expect(rotation.current.map(({ digest }) => digest)).toEqual([blob])
  })

  it('no more once stopped', async () => {
    const clock = createFakeClock(atEpoch(5))
    followRotation(chain, clock, () => expect.fail('rotated')).stop()
    await clock.advance(20 * 8 * 6_000)
    expect(clock.pending).toBe(0)
  })
})
