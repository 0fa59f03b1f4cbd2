import type { ConformanceCase } from './conformance.ts'

function settled(request: IDBOpenDBRequest): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error('storage does not release its database'))
  })
}

/** What a browser's storage must do besides, when another page of its origin takes the database away. */
export const indexedDbConformance: readonly ConformanceCase[] = [
  {
    name: 'storage lets another page delete its database, and starts again',
    async run(platform) {
      const namespace = `deleted-${crypto.randomUUID()}`
      const storage = await platform.openStorage(namespace)
      await storage.set('key', Uint8Array.of(1))
      await settled(indexedDB.deleteDatabase(`lampara-${namespace}`))
      if ((await storage.get('key')) !== undefined) throw new Error('expected nothing to be left')
      await storage.set('key', Uint8Array.of(2))
      if ((await storage.get('key'))?.[0] !== 2) throw new Error('expected the new value')
      await storage.close()
    },
  },
  {
    name: 'storage lets another page upgrade its database, and says that it is not useful to it any more',
    async run(platform) {
      const namespace = `upgraded-${crypto.randomUUID()}`
      const storage = await platform.openStorage(namespace)
      const newer = await settled(indexedDB.open(`lampara-${namespace}`, 2))
      const code = await storage.get('key').then(
        () => undefined,
        (error: { readonly code?: unknown }) => error.code,
      )
      if (code !== 'storage_unavailable') throw new Error(`expected storage_unavailable, not ${code}`)
      await storage.close()
      newer.close()
    },
  },
  {
    name: 'storage that is open already is refused with storage_in_use, and is free again once it is closed',
    async run(platform) {
      const namespace = `twice-${crypto.randomUUID()}`
      const first = await platform.openStorage(namespace)
      await expectCode('storage_in_use', platform.openStorage(namespace))
      await first.close()
      await (await platform.openStorage(namespace)).close()
    },
  },
  {
    name: 'storage is begun again where its database is damaged: it lacks its store',
    async run(platform) {
      const namespace = `damaged-${crypto.randomUUID()}`
      const damaged = await settled(indexedDB.open(`lampara-${namespace}`, 1))
      damaged.close()
      const storage = await platform.openStorage(namespace)
      await storage.set('key', Uint8Array.of(1))
      if ((await storage.get('key'))?.[0] !== 1) throw new Error('expected the value')
      await storage.close()
    },
  },
  {
    name: 'storage gives up a transaction that never completes, in words',
    async run(platform) {
      const storage = await platform.openStorage(`silent-${crypto.randomUUID()}`)
      const original = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, 'oncomplete')!
      Object.defineProperty(IDBTransaction.prototype, 'oncomplete', { ...original, set() {} })
      try {
        await expectCode('storage_unavailable', storage.set('key', Uint8Array.of(1)), 'does not answer')
      } finally {
        Object.defineProperty(IDBTransaction.prototype, 'oncomplete', original)
      }
      await storage.set('key', Uint8Array.of(2))
      if ((await storage.get('key'))?.[0] !== 2) throw new Error('expected the later value')
      await storage.close()
    },
  },
  {
    name: 'storage of a page takes 64 values of 4 MiB and no more, and says so',
    async run(platform) {
      const storage = await platform.openStorage(`bounded-${crypto.randomUUID()}`)
      await expectCode('storage_unavailable', storage.set('large', new Uint8Array(4 * 1024 * 1024 + 1)), 'more than')
      for (let index = 0; index < 64; index++) await storage.set(`key ${index}`, Uint8Array.of(index))
      await expectCode('storage_unavailable', storage.set('one more', Uint8Array.of(1)), '64 values')
      await storage.set('key 0', Uint8Array.of(9))
      if ((await storage.get('one more')) !== undefined) throw new Error('expected the value to be taken back')
      await storage.close()
    },
  },
]

async function expectCode(code: string, work: Promise<unknown>, words = ''): Promise<void> {
  const error = await work.then(
    () => undefined,
    (thrown: { readonly code?: unknown; readonly message: string }) => thrown,
  )
  if (error?.code !== code || !error.message.includes(words)) {
    throw new Error(`expected ${code} with "${words}", not ${error?.code}: ${error?.message}`)
  }
}
