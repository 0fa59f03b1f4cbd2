import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { createSlotClock, mainnet, minimalPreset } from '../../src/chain/index.ts'
import { createFakeClock, settle } from '../kit/fake-clock.ts'

const genesisMs = 1_000_000
const chain = { ...mainnet, preset: minimalPreset, genesisTimeMs: genesisMs, slotDurationMs: 12_000 }

/** A slot clock some milliseconds from genesis, and all slots that it tells. */
function follow(fromGenesisMs: number) {
  const clock = createFakeClock(genesisMs + fromGenesisMs)
  const slotClock = createSlotClock(chain, clock)
  const controller = new AbortController()
  const seen: number[] = []
  const over = (async () => {
    for await (const slot of slotClock.slots({ signal: controller.signal })) seen.push(slot)
  })()
  over.catch(() => {})
  return { clock, slotClock, controller, seen, over }
}

describe('slot clock', () => {
  it('knows the slot under way, negative before genesis', () => {
    const clock = createFakeClock(genesisMs)
    const slotClock = createSlotClock(chain, clock)
    expect(slotClock.currentSlot()).toBe(0)
    clock.set(genesisMs + 11_999)
    expect(slotClock.currentSlot()).toBe(0)
    clock.set(genesisMs + 12_000)
    expect(slotClock.currentSlot()).toBe(1)
    clock.set(genesisMs - 1)
    expect(slotClock.currentSlot()).toBe(-1)
    expect(slotClock.slotStartMs(3)).toBe(genesisMs + 36_000)
  })

  it('knows when sync-committee messages are due: a third of a slot, a quarter from Gloas on', () => {
    const withGloas = {
      ...chain,
      forks: [chain.forks[0]!, { name: 'gloas', version: '0x07000000', epoch: 2 } as const],
    }
    const slotClock = createSlotClock(withGloas, createFakeClock())
    expect(slotClock.syncMessageDueMs(15) - slotClock.slotStartMs(15)).toBe(3999)
    expect(slotClock.syncMessageDueMs(16) - slotClock.slotStartMs(16)).toBe(3000)
  })

  it('tells each slot as it begins, from the next one on', async () => {
    const { clock, seen } = follow(500)
    await clock.advance(11_499)
    expect(seen).toEqual([])
    await clock.advance(1)
    expect(seen).toEqual([1])
    await clock.advance(36_000)
    expect(seen).toEqual([1, 2, 3, 4])
  })

  it('tells slot 0 at genesis, and nothing before', async () => {
    const { clock, seen } = follow(-100_000)
    await clock.advance(99_999)
    expect(seen).toEqual([])
    await clock.advance(1)
    expect(seen).toEqual([0])
    await clock.advance(12_000)
    expect(seen).toEqual([0, 1])
  })

  it('begins each slot at its own time after hundreds of them, however late each timer comes', async () => {
    const clock = createFakeClock(genesisMs)
    const lateClock = { ...clock, setTimer: (run: () => void, ms: number) => clock.setTimer(run, ms + 7) }
    const told: { slot: number; atMs: number }[] = []
    const slots = createSlotClock(chain, lateClock).slots()[Symbol.asyncIterator]()
    for (let slot = 1; slot <= 300; slot++) {
      const next = slots.next()
      await clock.advance(slot === 1 ? 12_007 : 12_000)
      told.push({ slot: (await next).value, atMs: clock.now() })
    }
    expect(told.every(({ slot, atMs }, i) => slot === i + 1 && atMs === genesisMs + slot * 12_000 + 7)).toBe(true)
    await slots.return?.()
  })

  it('tells the slot under way after a sleep, not those it slept through', async () => {
    const { clock, seen } = follow(0)
    await clock.advance(12_000)
    clock.set(genesisMs + 100 * 12_000 + 5000)
    await clock.advance(12_000)
    expect(seen).toEqual([1, 101])
    await clock.advance(7000)
    expect(seen).toEqual([1, 101, 102])
  })

  it('tells no slot twice when the clock is set back a little', async () => {
    const { clock, seen } = follow(0)
    await clock.advance(12_000)
    clock.set(clock.now() - 300)
    await clock.advance(24_300)
    expect(seen).toEqual([1, 2, 3])
  })

  it('starts again when the clock is set back by many slots', async () => {
    const { clock, seen } = follow(100 * 12_000)
    await clock.advance(12_000)
    clock.set(genesisMs + 10 * 12_000)
    await clock.advance(24_000)
    expect(seen).toEqual([101, 11, 12])
  })

  it('leaves out slots that a slow consumer missed', async () => {
    const clock = createFakeClock(genesisMs)
    const iterator = createSlotClock(chain, clock).slots()[Symbol.asyncIterator]()
    await clock.advance(5 * 12_000)
    expect(await iterator.next()).toEqual({ done: false, value: 5 })
    await iterator.return?.()
  })

  it('ends with the reason of its signal while it waits, and leaves neither timer nor listener', async () => {
    const { clock, controller, over } = follow(0)
    await settle()
    expect(clock.pending).toBe(1)
    controller.abort(new Error('stop'))
    await expect(over).rejects.toThrow('stop')
    expect(clock.pending).toBe(0)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    await expect(
      createSlotClock(chain, clock).slots({ signal: controller.signal })[Symbol.asyncIterator]().next(),
    ).rejects.toThrow('stop')
    expect(clock.pending).toBe(0)
  })

  it('drops its timer on break', async () => {
    const clock = createFakeClock(genesisMs)
    const slotClock = createSlotClock(chain, clock)
    const over = (async () => {
      for await (const slot of slotClock.slots()) return slot
    })()
    await clock.advance(12_000)
    expect(await over).toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('waits until a moment, seeing within a slot that the clock was set', async () => {
    const clock = createFakeClock(genesisMs)
    const slotClock = createSlotClock(chain, clock)
    const done = vi.fn()
    const waiting = slotClock.until(genesisMs + 3_600_000).then(done)
    await clock.advance(60_000)
    expect(done).not.toHaveBeenCalled()
    clock.set(genesisMs + 3_600_000)
    await clock.advance(12_000)
    await waiting
    await slotClock.until(genesisMs)
    expect(clock.pending).toBe(0)
  })

  it('rejects a wait with the reason of its signal', async () => {
    const clock = createFakeClock(genesisMs)
    const slotClock = createSlotClock(chain, clock)
    const controller = new AbortController()
    const asked = expect(slotClock.until(genesisMs + 1, { signal: controller.signal })).rejects.toBe('stop')
    controller.abort('stop')
    await asked
    await expect(slotClock.until(genesisMs, { signal: controller.signal })).rejects.toBe('stop')
    expect(clock.pending).toBe(0)
  })
})
