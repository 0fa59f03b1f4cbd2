import { describe, expect, it } from 'vitest'
import { startRotation } from '../../../src/peers/limits/rotate-peers.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { seededRandom } from '../../kit/seeded-random.ts'
import { crowd, factsOf, NOW_MS } from './stats.ts'

const HOUR_MS = 3_600_000

const dialed = { direction: 'outbound' } as const

function turning({
  canReplace = true,
  waitingLineages = 0,
  peers = [...crowd(5, () => ({ methods: 2, view: dialed })), factsOf('least', { view: dialed })],
} = {}) {
  const clock = createFakeClock(NOW_MS)
  const replaced: { id: string; code: number; atMs: number }[] = []
  const stop = startRotation({
    clock,
    random: seededRandom(7),
    canReplace: () => canReplace,
    waitingOrigins: () => waitingLineages,
    stats: () => peers,
    async replace(id, _reason, code) {
      replaced.push({ id, code, atMs: clock.now() })
    },
  })
  return { clock, replaced, stop }
}

describe('rotation', () => {
  it('replaces the least valuable peer every two minutes or so, never at the same beat', async () => {
    const { clock, replaced, stop } = turning()
    await clock.advance(2 * HOUR_MS)
    expect(new Set(replaced.map(({ id }) => id))).toEqual(new Set(['least']))
    expect(replaced.length).toBeGreaterThan(50)
    expect(replaced.length).toBeLessThan(75)
    const gaps = replaced.slice(1).map(({ atMs }, n) => atMs - replaced[n]!.atMs)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(90_000)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(150_000)
    expect(new Set(gaps).size).toBeGreaterThan(20)
    stop()
    expect(clock.pending).toBe(0)
  })

  it.each([
    [1, 45_000, 75_000],
    [500, 22_500, 37_500],
  ])('replaces one sooner while %i origins have no slot, but not at once', async (waitingLineages, least, most) => {
    const { clock, replaced, stop } = turning({ waitingLineages })
    await clock.advance(HOUR_MS)
    const gaps = replaced.slice(1).map(({ atMs }, n) => atMs - replaced[n]!.atMs)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(least)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(most)
    stop()
  })

  it('disconnects nobody while peers are lacking or nobody else is known', async () => {
    const { clock, replaced, stop } = turning({ canReplace: false })
    await clock.advance(10 * HOUR_MS)
    expect(replaced).toEqual([])
    stop()
  })

  it('parts by chance from one of the newer half of those that we dialed, however many more dialed us', async () => {
    const { clock, replaced, stop } = turning({
      peers: [
        ...crowd(5, (n) => ({ methods: 1, view: { ...dialed, connectedAtMs: NOW_MS - 1_000_000 + n } })),
        ...crowd(40, (n) => ({ methods: 0, view: { id: `inbound-${n}` } })),
      ],
    })
    await clock.advance(HOUR_MS)
    expect([...new Set(replaced.map(({ id }) => id))].sort()).toEqual(['2', '3', '4'])
    stop()
  })

  it('disconnects nobody that is protected', async () => {
    const { clock, replaced, stop } = turning({
      peers: crowd(4, (n) =>
        n % 2 === 0 ? { unconditional: true, view: dialed } : { view: { ...dialed, persistent: true } },
      ),
    })
    await clock.advance(HOUR_MS)
    expect(replaced).toEqual([])
    stop()
  })
})
