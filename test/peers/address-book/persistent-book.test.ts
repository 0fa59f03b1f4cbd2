import { describe, expect, it } from 'vitest'
import type { LamparaError } from '../../../src/errors/index.ts'
import { openAddressBook } from '../../../src/peers/address-book/persistent-book.ts'
import { type KeyValueStorage, memoryStorage } from '../../../src/platform/storage.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { seededRandom } from '../../kit/seeded-random.ts'

const START_MS = 1_800_000_000_000
const SAVE_EVERY_MS = 2 * 60_000

async function open(storage: KeyValueStorage | undefined, clock = createFakeClock(START_MS)) {
  const troubles: LamparaError[] = []
  const opened = await openAddressBook({
    clock,
    random: seededRandom(1),
    ...(storage === undefined ? {} : { storage }),
    onError: (error) => troubles.push(error),
  })
  return { ...opened, clock, troubles }
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)
const bytes = (words: string): Uint8Array => new TextEncoder().encode(words)

describe('the stored address book', () => {
  it('is there again after a restart, with what was learnt of each peer', async () => {
    const storage = memoryStorage()
    const first = await open(storage)
    first.book.add({ id: 'a', addresses: ['/ip4/5.6.7.8/tcp/9000'], enr: 'enr:-abc', private: true }, { group: '9.9' })
    first.book.succeeded('a')
    first.book.postpone('a', START_MS + 5000)
    first.book.add({ id: 'b', addresses: ['/ip4/6.6.7.8/tcp/9000'] }, { group: '9.9' })
    first.book.failed('b')
    const before = [...first.book.entries()]
    await first.close()
    const second = await open(storage)
    expect([...second.book.entries()]).toEqual(before)
    expect(second.book.get('a')).toMatchObject({ table: 'old', private: true, notBeforeMs: START_MS + 5000 })
    await second.close()
  })

  it('is written every two minutes when something changed, and only then', async () => {
    const storage = memoryStorage()
    let writes = 0
    const counting: KeyValueStorage = {
      ...storage,
      set(key, value) {
        writes++
        return storage.set(key, value)
      },
    }
    const { book, clock, close } = await open(counting)
    book.add({ id: 'a', addresses: ['/ip4/5.6.7.8/tcp/9000'] }, { group: '9.9' })
    await clock.advance(SAVE_EVERY_MS)
    await clock.advance(SAVE_EVERY_MS)
    expect(writes).toBe(1)
    book.failed('a')
    await close()
    expect(writes).toBe(2)
    expect(clock.pending).toBe(0)
  })

  it('is set aside when it is damaged, reported, and started again', async () => {
    const storage = memoryStorage()
    await storage.set('addresses', bytes('{"version":1,"key":"0x00'))
    const { book, troubles, close } = await open(storage)
    expect(book.size).toBe(0)
    expect(troubles).toMatchObject([{ code: 'storage_invalid' }])
    expect(text(await storage.get('addresses.damaged'))).toBe('{"version":1,"key":"0x00')
    book.add({ id: 'a', addresses: ['/ip4/5.6.7.8/tcp/9000'] }, { group: '9.9' })
    await close()
    expect((await open(storage)).book.size).toBe(1)
  })

  it('leaves out entries that are not valid, and keeps the others', async () => {
    const storage = memoryStorage()
    const good = {
      id: 'a',
      addresses: ['/ip4/5.6.7.8/tcp/9000'],
      sourceGroup: '9.9',
      origin: '9.9',
      private: false,
      table: 'new',
      addedAtMs: 1,
      seenAtMs: 1,
      failures: 0,
    }
    const bad = [null, 7, {}, { ...good, id: 3 }, { ...good, id: 'b', addresses: [] }, { ...good, id: 'c', table: 'x' }]
    await storage.set(
      'addresses',
      bytes(JSON.stringify({ version: 1, key: `0x${'11'.repeat(32)}`, entries: [...bad, good] })),
    )
    const { book, troubles } = await open(storage)
    expect([...book.entries()]).toEqual([good])
    expect(troubles).toEqual([])
  })

  it('does without a storage that fails, and says so', async () => {
    const failing = {
      ...memoryStorage(),
      get: () => Promise.reject(new Error('disk gone')),
      set: () => Promise.reject(new Error('disk gone')),
    }
    const { book, troubles, close } = await open(failing)
    book.add({ id: 'a', addresses: ['/ip4/5.6.7.8/tcp/9000'] }, { group: '9.9' })
    await close()
    expect(troubles.map(({ code }) => code)).toEqual(['storage_unavailable', 'storage_unavailable'])
  })

  it('ends with the process where there is no storage', async () => {
    const { book, clock, close } = await open(undefined)
    book.add({ id: 'a', addresses: ['/ip4/5.6.7.8/tcp/9000'] }, { group: '9.9' })
    await close()
    await close()
    expect(clock.pending).toBe(0)
  })
})
