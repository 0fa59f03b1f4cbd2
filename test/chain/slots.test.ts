import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  epochOfSlot,
  forkAtEpoch,
  forkAtSlot,
  hoodi,
  isForkActive,
  mainnet,
  minimalPreset,
  periodOfEpoch,
  periodOfSlot,
  sepolia,
  slotAtMs,
  slotStartMs,
  startSlotOfEpoch,
  startSlotOfPeriod,
} from '../../src/chain/index.ts'

const minimal = { ...mainnet, preset: minimalPreset, slotDurationMs: 250 }

describe('slots, epochs and periods', () => {
  it('are those of mainnet at recorded objects', () => {
    // light-client/mainnet/ultralight-electra-1429
    expect(periodOfSlot(mainnet, 11_708_928)).toBe(1429)
    expect(epochOfSlot(mainnet, 11_708_928)).toBe(365_904)
    // Altair: 27 October 2021, 10:56:23 UTC
    expect(slotStartMs(mainnet, 74_240 * 32)).toBe(Date.UTC(2021, 9, 27, 10, 56, 23))
    // Fulu: 3 December 2025, 21:49:11 UTC
    expect(slotStartMs(mainnet, 411_392 * 32)).toBe(Date.UTC(2025, 11, 3, 21, 49, 11))
    expect(slotStartMs(hoodi, 0)).toBe(Date.UTC(2025, 2, 17, 12, 10))
    expect(slotStartMs(sepolia, 353_024 * 32)).toBe(Date.UTC(2026, 9, 6, 13, 53, 36))
  })

  it('turn into each other at their boundaries, for both presets', () => {
    fc.assert(
      fc.property(fc.constantFrom(mainnet, minimal), fc.nat({ max: 2 ** 31 - 1 }), (chain, slot) => {
        const epoch = epochOfSlot(chain, slot)
        const period = periodOfSlot(chain, slot)
        expect(period).toBe(periodOfEpoch(chain, epoch))
        expect(startSlotOfEpoch(chain, epoch)).toBeLessThanOrEqual(slot)
        expect(startSlotOfEpoch(chain, epoch + 1)).toBeGreaterThan(slot)
        expect(startSlotOfPeriod(chain, period)).toBeLessThanOrEqual(slot)
        expect(startSlotOfPeriod(chain, period + 1)).toBeGreaterThan(slot)
        const startMs = slotStartMs(chain, slot)
        expect(slotAtMs(chain, startMs)).toBe(slot)
        expect(slotAtMs(chain, startMs - 1)).toBe(slot - 1)
      }),
    )
  })
})

describe('forks', () => {
  it('are in force from the first slot of their epoch on', () => {
    expect(forkAtSlot(mainnet, 364_032 * 32 - 1).name).toBe('deneb')
    expect(forkAtSlot(mainnet, 364_032 * 32).name).toBe('electra')
    expect(forkAtEpoch(mainnet, Number.MAX_SAFE_INTEGER).name).toBe('fulu')
  })

  it('give way to the newest one where several begin at once, before genesis too', () => {
    expect(forkAtEpoch(hoodi, 0).name).toBe('deneb')
    expect(forkAtEpoch(hoodi, -5).name).toBe('deneb')
  })

  it('stay active once begun, and never are where they are not scheduled', () => {
    expect(isForkActive(mainnet, 'altair', 74_239)).toBe(false)
    expect(isForkActive(mainnet, 'altair', 74_240)).toBe(true)
    expect(isForkActive(mainnet, 'altair', 500_000)).toBe(true)
    expect(isForkActive(mainnet, 'gloas', Number.POSITIVE_INFINITY)).toBe(false)
  })
})
