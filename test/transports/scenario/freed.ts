import { expect, vi } from 'vitest'
import type { ListeningSide } from './sides.ts'

/** Resolves when nothing is held any more of those who dialed. Tests that run at once may all wait by it. */
export async function expectFreed(side: ListeningSide): Promise<void> {
  await vi.waitFor(
    async () => expect(Object.entries(await side.held()).filter(([, count]) => count !== 0)).toEqual([]),
    { timeout: 45_000 },
  )
}
