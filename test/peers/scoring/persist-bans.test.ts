import { describe, expect, it } from 'vitest'
import { LamparaError } from '../../../src/errors/index.ts'
import { createPeerScores } from '../../../src/peers/scoring/peer-scores.ts'
import { decodeBans, encodeBans, persistBans } from '../../../src/peers/scoring/persist-bans.ts'
import { type KeyValueStorage, memoryStorage } from '../../../src/platform/storage.ts'
import { createQueue } from '../../../src/streams/queue.ts'
import { createFakeClock, settle } from '../../kit/fake-clock.ts'

const NOW_MS = 1_800_000_000_000
const MINUTE_MS = 60_000

/** A score book whose bans are kept in a storage, as after a start at a time. */
async function started(storage: KeyValueStorage, atMs = NOW_MS) {
  const clock = createFakeClock(atMs)
  const bans = createPeerScores(clock)
  const banned = createQueue<string>({ maxQueued: 1, overflow: 'drop-oldest' })
  const troubles: string[] = []
  const kept = await persistBans({ storage, bans, banned, onError: ({ code }) => void troubles.push(code) })
  function ban(peerId: string): void {
    bans.lower(peerId, 'fatal')
    banned.push(peerId)
  }
  return { clock, bans, ban, kept, troubles, end: banned.end }
}

describe('a ban', () => {
  it('outlives a restart, and ends when it would have', async () => {
    const storage = memoryStorage()
    const before = await started(storage)
    before.ban('liar')
    await settle()
    const after = await started(storage, NOW_MS + 20 * MINUTE_MS)
    expect(after.kept.restored).toEqual(['liar'])
    expect(after.bans.bannedUntilMs('liar')).toBe(NOW_MS + 30 * MINUTE_MS)
    await after.clock.advance(10 * MINUTE_MS)
    expect(after.bans.bannedUntilMs('liar')).toBeUndefined()
  })

  it('that is over is not taken up again', async () => {
    const storage = memoryStorage()
    const before = await started(storage)
    before.ban('liar')
    await settle()
    const after = await started(storage, NOW_MS + 31 * MINUTE_MS)
    expect(after.bans.bannedUntilMs('liar')).toBeUndefined()
    expect(after.kept.restored).toEqual([])
  })

  it('lasts no longer because the clock was set back meanwhile', async () => {
    const storage = memoryStorage()
    const before = await started(storage)
    before.ban('liar')
    await settle()
    const earlierMs = NOW_MS - 1000 * MINUTE_MS
    const after = await started(storage, earlierMs)
    expect(after.bans.bannedUntilMs('liar')).toBe(earlierMs + 30 * MINUTE_MS)
  })

  it('that came while the stored ones were read is not forgotten for them', async () => {
    const storage = memoryStorage()
    await storage.set('bans', encodeBans([['earlier', NOW_MS + MINUTE_MS]]))
    const bans = createPeerScores(createFakeClock(NOW_MS))
    const keeping = persistBans({
      storage,
      bans,
      banned: createQueue({ maxQueued: 1, overflow: 'drop-oldest' }),
      onError: () => {},
    })
    bans.lower('meanwhile', 'fatal')
    await keeping
    await settle()
    const stored = decodeBans((await storage.get('bans'))!)
    expect(new Set(stored.map(([peerId]) => peerId))).toEqual(new Set(['earlier', 'meanwhile']))
  })
})

describe('a file of bans', () => {
  it.each(['{', '[]', '{"version":2,"bans":[]}', '{"version":1,"bans":{}}'])(
    'that is damaged is reported and set aside: %s',
    async (text) => {
      const storage = memoryStorage()
      const bytes = new TextEncoder().encode(text)
      await storage.set('bans', bytes)
      const { troubles, ban } = await started(storage)
      expect(troubles).toEqual(['storage_invalid'])
      ban('liar')
      await settle()
      expect(await storage.get('bans.damaged')).toEqual(bytes)
      expect(decodeBans((await storage.get('bans'))!)).toHaveLength(1)
    },
  )

  it('with a few bad entries keeps the others', () => {
    const text = JSON.stringify({ version: 1, bans: [['a', 1], ['b'], [1, 2], 'c', ['d', 'e'], ['', 1], ['f', 2]] })
    expect(decodeBans(new TextEncoder().encode(text))).toEqual([
      ['a', 1],
      ['f', 2],
    ])
  })

  it('of more bytes than could be ours is not even read', () => {
    expect(() => decodeBans(new Uint8Array(2 * 1024 * 1024 + 1))).toThrow('too many')
  })

  it('that cannot be written is reported, and bans go on', async () => {
    const storage: KeyValueStorage = {
      ...memoryStorage(),
      set: async () => {
        throw new LamparaError('storage_unavailable', 'Cannot write')
      },
    }
    const { ban, bans, troubles, kept, end } = await started(storage)
    ban('liar')
    await settle()
    expect(troubles).toEqual(['storage_unavailable'])
    expect(bans.bannedUntilMs('liar')).toBeDefined()
    end()
    await kept.ended
  })
})
