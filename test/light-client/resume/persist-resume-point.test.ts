import { describe, expect, it } from 'vitest'
import { slotStartMs, toHex } from '../../../src/chain/index.ts'
import { type PersistedResumePoint, persistResumePoint } from '../../../src/light-client/resume/persist-resume-point.ts'
import { decodeResumePoint, encodeResumePoint } from '../../../src/light-client/resume/resume-point.ts'
import { beginningAt, type VerifiedState } from '../../../src/light-client/store/verified-state.ts'
import { createVerifiedStore } from '../../../src/light-client/store/verified-store.ts'
import { storeAt } from '../../../src/light-client/verification/store.ts'
import { type KeyValueStorage, memoryStorage } from '../../../src/platform/storage.ts'
import { headerRoot } from '../../../src/ssz/index.ts'
import { createFakeClock, settle } from '../../kit/fake-clock.ts'
import { failOnUnhandledRejections } from '../../kit/leaks.ts'
import { contextOf } from '../../kit/verification/context.ts'
import { altairChain, bootstrapAt, headerAt, members, updateBy } from '../../kit/verification/synthetic.ts'

const chain = altairChain()
const honest = members(1)
const stateAt = (slot: number): VerifiedState => beginningAt(storeAt(headerAt(slot), honest.committee), 1)

/** What is stored, or will be, and what was reported. */
async function setUp({ storage = memoryStorage(), slot = 100 }: { storage?: KeyValueStorage; slot?: number } = {}) {
  const clock = createFakeClock(slotStartMs(chain, slot))
  const troubles: string[] = []
  const kept = await persistResumePoint({
    chain,
    clock,
    storage,
    maxAgeMs: 86_400_000,
    emit: ({ error }) => void troubles.push(`${error.code}: ${error.message}`),
  })
  kept.begin()
  return { clock, storage, kept, troubles }
}

async function storedSlot(storage: KeyValueStorage): Promise<number> {
  return decodeResumePoint(chain, (await storage.get('verified'))!).finalized.header.beacon.slot
}

/** Storage whose writes end when the test says so. */
function slowStorage() {
  const begun: { end(): void }[] = []
  const storage: KeyValueStorage = {
    ...memoryStorage(),
    set: () => new Promise((resolve) => void begun.push({ end: resolve })),
  }
  return { storage, begun }
}

function close(kept: PersistedResumePoint, settled = Promise.resolve()): Promise<void> {
  return kept.close(settled)
}

describe('keeping where to go on from', () => {
  failOnUnhandledRejections()

  it('writes nothing once it is closed, though a write before took longer than is waited for', async () => {
    const { storage, begun } = slowStorage()
    const { clock, kept } = await setUp({ storage })
    kept.persist(stateAt(10))
    kept.persist(stateAt(20))
    const closing = close(kept)
    await clock.advance(3_000)
    await closing
    expect(begun).toHaveLength(1)
    begun[0]!.end()
    await settle()
    kept.persist(stateAt(30))
    await settle()
    expect(begun).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('writes again after storage threw instead of rejecting', async () => {
    const storage = memoryStorage()
    let full = true
    const { kept, troubles } = await setUp({
      storage: {
        ...storage,
        set(key, value) {
          if (full) throw new Error('no space left')
          return storage.set(key, value)
        },
      },
    })
    kept.persist(stateAt(10))
    await settle()
    full = false
    kept.persist(stateAt(20))
    await close(kept)
    expect(troubles).toEqual([expect.stringContaining('no space left')])
    expect(await storedSlot(storage)).toBe(20)
  })

  it('goes on without what is damaged, though storage throws when that is to be set aside', async () => {
    const storage: KeyValueStorage = {
      ...memoryStorage(),
      get: async () => Uint8Array.of(1, 2, 3),
      set() {
        throw new Error('read only')
      },
    }
    const { clock, kept, troubles } = await setUp({ storage })
    expect(kept.state).toBeUndefined()
    await clock.advance(0)
    expect(troubles).toEqual([expect.stringContaining('storage_invalid')])
  })

  it('takes the bytes as a Buffer, too, and leaves them as they are', async () => {
    const { finalized, store } = stateAt(10)
    const bytes = Buffer.from(encodeResumePoint(chain, { finalized, currentSyncCommittee: store.currentSyncCommittee }))
    const before = Uint8Array.from(bytes)
    const { kept } = await setUp({ storage: { ...memoryStorage(), get: async () => bytes } })
    expect(kept.state?.finalized.header.beacon.slot).toBe(10)
    expect(Uint8Array.from(bytes)).toEqual(before)
  })

  it('writes what finality reached, and nothing that a head without finality would reach', async () => {
    const { kept, storage } = await setUp()
    const verified = createVerifiedStore(contextOf(chain), {
      onChange() {},
      onCommitteesChecked: (_, reached) => kept.persist(reached),
      onForged() {},
      onConflict() {},
    })
    const bootstrap = bootstrapAt(8, honest.committee)
    await verified.bootstrap(toHex(headerRoot(bootstrap.value.header.beacon)), bootstrap)
    await verified.process(updateBy(chain, honest, { attested: 40 }), 80)
    await verified.whenCommitteesChecked()
    await settle()
    expect(verified.optimistic?.header.beacon.slot).toBe(40)
    expect(await storedSlot(storage)).toBe(8)
    await verified.process(updateBy(chain, honest, { attested: 60, finalized: 48 }), 80)
    await close(kept, verified.whenCommitteesChecked())
    expect(await storedSlot(storage)).toBe(48)
  })

  it('does not go back to what is older while the clock is set back', async () => {
    const { kept, storage } = await setUp({ slot: 100 })
    kept.persist(stateAt(90))
    await close(kept)
    const back = await setUp({ storage, slot: 50 })
    expect(back.kept.state).toBeUndefined()
    back.kept.persist(stateAt(40))
    await close(back.kept)
    expect((await setUp({ storage, slot: 100 })).kept.state?.finalized.header.beacon.slot).toBe(90)
  })
})
