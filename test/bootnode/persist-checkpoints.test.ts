import { describe, expect, it } from 'vitest'
import { openCheckpoints } from '../../src/bootnode/persist-checkpoints.ts'
import { type Hex, mainnet, slotStartMs } from '../../src/chain/index.ts'
import type { LamparaError } from '../../src/errors/index.ts'
import { memoryStorage } from '../../src/platform/storage.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

const DAY_MS = 86_400_000
const firstSlot = 8192 * 1000
const rootOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`

function opened(storage = memoryStorage(), startMs = slotStartMs(mainnet, firstSlot)) {
  const clock = createFakeClock(startMs)
  const trouble: LamparaError[] = []
  const open = () =>
    openCheckpoints({
      chain: mainnet,
      clock,
      storage,
      maxAgeMs: 14 * DAY_MS,
      onError: (error) => void trouble.push(error),
    })
  return { clock, open, storage, trouble }
}

describe('the checkpoints of a bootnode that is started again', () => {
  it('begin with the one that is named for as long as it is young enough, then with the oldest verified one that is', async () => {
    const { clock, open } = opened()
    const first = await open()
    expect(first.choose(rootOf(1))).toBe(rootOf(1))
    // A period is 27 hours: one is remembered of each.
    for (let period = 0; period < 13; period++) {
      await first.note({ root: rootOf(1 + period), slot: firstSlot + period * 8192 })
      await first.note({ root: rootOf(100 + period), slot: firstSlot + period * 8192 + 32 })
    }
    await clock.advance(13 * DAY_MS)
    expect((await open()).choose(rootOf(1))).toBe(rootOf(1))
    await clock.advance(2 * DAY_MS)
    expect((await open()).choose(rootOf(1))).toBe(rootOf(2))
    // What the operator names again wins, and so do providers.
    expect((await open()).choose(rootOf(999))).toBe(rootOf(999))
    const providers = { providers: ['https://a.example'] }
    expect((await open()).choose(providers)).toBe(providers)
    await clock.advance(60 * DAY_MS)
    expect((await open()).choose(rootOf(1))).toBe(rootOf(1))
  })

  it.each(['not json', '{"root":1}', `[{"root":"0x12","slot":1}]`, `[{"root":"${rootOf(1)}","slot":-1}]`, '\u00ff'])(
    'pass over damaged ones, and tell: %s',
    async (text) => {
      const { open, storage, trouble } = opened()
      await storage.set('checkpoints', new TextEncoder().encode(text))
      expect((await open()).choose(rootOf(1))).toBe(rootOf(1))
      expect(trouble.map(({ code }) => code)).toEqual(['storage_invalid'])
    },
  )
})
