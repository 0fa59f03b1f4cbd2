import { describe, expect, it } from 'vitest'
import { type BandwidthLimiter, createBandwidthLimiter } from '../../src/bootnode/gateway/bandwidth-limiter.ts'
import { createTokenBucket } from '../../src/limits/token-bucket.ts'
import { createFakeClock, settle } from '../kit/fake-clock.ts'

function setUp(perSecond: number, capacity: number) {
  const clock = createFakeClock()
  const all = createBandwidthLimiter({ clock, bucket: createTokenBucket({ capacity, perSecond, clock }) })
  const within = (parent: BandwidthLimiter, rate = Number.POSITIVE_INFINITY): BandwidthLimiter =>
    createBandwidthLimiter({ clock, parent, bucket: createTokenBucket({ capacity: rate, perSecond: rate, clock }) })
  return { clock, all, within }
}

const never = new AbortController().signal

/** Moves pieces of a kilobyte through a pacer for ever, and counts them. */
function draw(pacer: BandwidthLimiter, signal: AbortSignal): { readonly pieces: number } {
  const count = { pieces: 0 }
  const run = async (): Promise<void> => {
    for (;;) {
      await pacer.take(1_000, signal)
      count.pieces++
    }
  }
  run().catch(() => {})
  return count
}

describe('a pacer', () => {
  it('lets a burst through at once, then as much a second as it is set to', async () => {
    const { clock, all } = setUp(1_000, 5_000)
    expect(Array.from({ length: 6 }, () => all.tryTake(1_000))).toEqual([true, true, true, true, true, false])
    const drawn = draw(all, never)
    await clock.advance(10_000)
    expect(drawn.pieces).toBe(10)
  })

  it('shares speed evenly between clients, however many tunnels each has', async () => {
    const { clock, all, within } = setUp(10_000, 1)
    const [greedy, modest] = [within(all), within(all)]
    const stop = new AbortController()
    const many = Array.from({ length: 8 }, () => draw(greedy, stop.signal))
    const one = draw(modest, stop.signal)
    await clock.advance(16_000)
    stop.abort()
    const total = many.reduce((sum, { pieces }) => sum + pieces, 0)
    expect(Math.abs(total - one.pieces)).toBeLessThanOrEqual(2)
    expect(total + one.pieces).toBeGreaterThanOrEqual(158)
    for (const { pieces } of many) expect(Math.abs(pieces - total / 8)).toBeLessThanOrEqual(1)
  })

  it('gives what one does not use to the others', async () => {
    const { clock, all, within } = setUp(10_000, 1)
    const slow = draw(within(all, 1_000), never)
    const quick = draw(within(all), never)
    await clock.advance(20_000)
    expect(slow.pieces).toBeLessThanOrEqual(22)
    expect(quick.pieces).toBeGreaterThanOrEqual(175)
  })

  it('lets nobody overtake those who wait', async () => {
    const { clock, all, within } = setUp(1_000, 1)
    const pacer = within(all)
    all.spend(1_000)
    const waiting = within(all).take(1, never)
    await clock.advance(999)
    expect(pacer.tryTake(1)).toBe(false)
    await clock.advance(2)
    await waiting
    await clock.advance(10)
    expect(pacer.tryTake(1)).toBe(true)
  })

  it('releases anyone who aborts, and serves the next', async () => {
    const { clock, all, within } = setUp(1_000, 1)
    const pacer = within(all)
    pacer.spend(5_000)
    const [first, second] = [new AbortController(), new AbortController()]
    const reasons: unknown[] = []
    for (const { signal } of [first, second]) pacer.take(1, signal).catch((reason) => reasons.push(reason))
    const third = pacer.take(1, never)
    await settle()
    second.abort('second')
    first.abort('first')
    await settle()
    expect(reasons).toEqual(['second', 'first'])
    await clock.advance(5_100)
    await third
    expect(clock.pending).toBe(0)
  })

  it('without a limit never makes anyone wait', () => {
    const { all } = setUp(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
    expect(Array.from({ length: 100 }, () => all.tryTake(1e12)).every(Boolean)).toBe(true)
  })
})
