import { describe, expect, it } from 'vitest'
import { type KeyValueStorage, memoryStorage } from '../../src/platform/storage.ts'
import { storageWithTimeout } from '../../src/platform/storage-timeout.ts'
import { createFakeClock, settle } from '../kit/fake-clock.ts'

const never = <T>(): Promise<T> => new Promise<T>(() => {})
const silent = { code: 'storage_unavailable', message: expect.stringContaining('does not answer') }

describe('storage that may not answer', () => {
  it.each(['get', 'set', 'delete', 'close'] as const)('gives %s() up after five seconds, in words', async (name) => {
    const clock = createFakeClock()
    const storage = storageWithTimeout({ ...memoryStorage(), [name]: never } as KeyValueStorage, clock)
    const outcome = expect(storage[name]('key', new Uint8Array(1))).rejects.toMatchObject(silent)
    await clock.advance(5_000)
    await outcome
  })

  it('fails at once while an earlier operation is not answered, and works again when it is', async () => {
    const clock = createFakeClock()
    const answer = Promise.withResolvers<undefined>()
    let asked = 0
    const own = { ...memoryStorage(), get: () => (asked++ === 0 ? answer.promise : Promise.resolve(Uint8Array.of(7))) }
    const storage = storageWithTimeout(own, clock)
    const first = expect(storage.get('key')).rejects.toMatchObject(silent)
    await clock.advance(5_000)
    await first
    await expect(storage.get('key')).rejects.toMatchObject(silent)
    expect(asked).toBe(1)
    answer.resolve(undefined)
    await settle()
    expect(await storage.get('key')).toEqual(Uint8Array.of(7))
  })

  it('passes on what a storage throws instead of rejecting', async () => {
    const broken = {
      ...memoryStorage(),
      get(): never {
        throw new Error('broken')
      },
    }
    await expect(storageWithTimeout(broken).get('key')).rejects.toThrow('broken')
  })
})
