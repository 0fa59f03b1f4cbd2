import { describe, expect, it } from 'vitest'
import { createHandshakes } from '../../src/limits/handshakes.ts'
import { type HandshakeLimits, relayLimits } from '../../src/limits/limits.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

const never = new AbortController().signal
const at = (id: string, isPrivate = false) => ({ id, isPrivate })

function handshakesWith(limits: Partial<HandshakeLimits> = {}) {
  const clock = createFakeClock(1_700_000_000_000)
  const told = { refused: 0, peak: 0 }
  const handshakes = createHandshakes({ ...relayLimits.handshakes, ...limits }, clock, {
    count: () => void told.refused++,
    notePeak(_, share) {
      told.peak = Math.max(told.peak, share)
    },
  })
  const begun: string[] = []
  const begin = (id: string, closed = never, isPrivate = false): void => {
    void (async () => {
      if (await handshakes.begin(at(id, isPrivate), closed)) begun.push(id)
    })()
  }
  return { clock, handshakes, told, begun, begin }
}

const many = { burst: 10_000, perSecond: 10_000 }

describe('handshakes', () => {
  it('of two hundred pages behind one address that come at once all begin within two seconds, and use less than a fifth', async () => {
    const { clock, told, begun, begin } = handshakesWith()
    for (let i = 0; i < 200; i++) begin('1.1.1')
    await clock.advance(2_000)
    expect(begun).toHaveLength(200)
    expect(told.refused).toBe(0)
    expect(told.peak).toBeLessThan(0.2)
  })

  it('of one address group, however many, hold up none of another', async () => {
    const { clock, begun, begin } = handshakesWith()
    for (let i = 0; i < 1_000; i++) begin('6.6.6')
    await clock.advance(100)
    begin('1.1.1')
    await clock.advance(30)
    expect(begun).toContain('1.1.1')
    expect(begun.length).toBeLessThan(40)
  })

  it('are paced: no more than a hundred a second of all together', async () => {
    const { clock, begun, begin } = handshakesWith()
    for (let i = 0; i < 1_500; i++) begin(`6.6.${i}`)
    await clock.advance(3_000)
    expect(begun.length).toBeGreaterThan(300)
    expect(begun.length).toBeLessThanOrEqual(320)
  })

  it('that would wait for more than six seconds are refused and counted', async () => {
    const { clock, told, begun, begin } = handshakesWith()
    for (let i = 0; i < 1_000; i++) begin('6.6.6')
    await clock.advance(20_000)
    expect(begun.length).toBeLessThan(630)
    expect(begun.length + told.refused).toBe(1_000)
  })

  it('of one address group are few once its burst is used up', async () => {
    const { clock, begun, begin } = handshakesWith({ total: many })
    for (let i = 0; i < 1_200; i++) begin('6.6.6')
    await clock.advance(0)
    expect(begun).toHaveLength(1_200)
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 100; i++) begin('6.6.6')
      await clock.advance(1_000)
    }
    expect(begun.length).toBeLessThanOrEqual(1_200 + 10 * 20)
  })

  it('that wait give way to another group when too many wait', async () => {
    const { clock, told, begun, begin } = handshakesWith({ waiting: 50 })
    for (let i = 0; i < 200; i++) begin('6.6.6')
    begin('1.1.1')
    await clock.advance(100)
    expect(begun).toContain('1.1.1')
    expect(told.refused).toBe(200 - 20 - 50 + 1)
  })

  it('whose connections close meanwhile leave the line', async () => {
    const { clock, handshakes, begun, begin } = handshakesWith()
    const gone = new AbortController()
    for (let i = 0; i < 120; i++) begin('6.6.6', gone.signal)
    expect(handshakes.waiting).toBe(100)
    gone.abort()
    expect(handshakes.waiting).toBe(0)
    await clock.advance(5_000)
    expect(begun).toHaveLength(20)
  })

  it('are refused when the node stops', () => {
    const { handshakes, begin } = handshakesWith()
    for (let i = 0; i < 120; i++) begin('6.6.6')
    handshakes.stop()
    expect(handshakes.waiting).toBe(0)
  })
})

describe('an offence', () => {
  /** How many handshakes of a group begin in so many seconds, when a hundred a second are tried. */
  async function begunIn(seconds: number, offences: number, restMs = 0, isPrivate = false): Promise<number> {
    const { clock, handshakes, begun, begin } = handshakesWith({ total: many })
    for (let i = 0; i < offences; i++) handshakes.offend(at('6.6.6', isPrivate), 1)
    await clock.advance(restMs)
    for (let second = 0; second < seconds; second++) {
      for (let i = 0; i < 100; i++) begin('6.6.6', never, isPrivate)
      await clock.advance(1_000)
    }
    return begun.length
  }

  it('of few members slows nobody down', async () => {
    expect(await begunIn(12, 4)).toBe(await begunIn(12, 0))
  })

  it('halves the rate of the address group with each further one, down to one in a minute', async () => {
    expect(await begunIn(30, 8)).toBeLessThanOrEqual(75 + 30 * 1.25 + 8)
    expect(await begunIn(60, 1_000)).toBeLessThanOrEqual(3)
  })

  it('of a private address, which may be that of a proxy, slows it down to two a second', async () => {
    const begun = await begunIn(30, 1_000, 0, true)
    expect(begun).toBeGreaterThanOrEqual(55)
    expect(begun).toBeLessThanOrEqual(75)
  })

  it('is forgotten: after half an hour nobody is slowed down any more', async () => {
    expect(await begunIn(12, 1_000, 30 * 60_000)).toBe(await begunIn(12, 0))
  })
})
