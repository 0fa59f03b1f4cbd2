import type { ConformanceCase } from './conformance.ts'

function settled(request: IDBOpenDBRequest): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error('storage does not let go of its database'))
  })
}

/** What a browser's storage must do besides, when another page of its origin takes the database away. */
export const indexedDbConformance: readonly ConformanceCase[] = [
  {
    name: 'storage lets another page delete its database, and begins anew',
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
    name: 'storage lets another page upgrade its database, and says that it is of no use to it any more',
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
]
