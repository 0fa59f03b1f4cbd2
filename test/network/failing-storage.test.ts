import { describe, expect, it, onTestFinished } from 'vitest'
import { mainnet } from '../../src/chain/index.ts'
import { LamparaError } from '../../src/errors/index.ts'
import { createNetwork } from '../../src/network/index.ts'
import { type KeyValueStorage, memoryStorage } from '../../src/platform/storage.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

const full = async (): Promise<never> => {
  throw new LamparaError('storage_unavailable', 'Cannot read "identity": the disk is gone')
}

async function started(storage: KeyValueStorage, role: 'peer' | 'relay' = 'peer') {
  const network = await createNetwork({ chain: mainnet, storage, role, targetPeers: 0 })
  onTestFinished(() => network.stop())
  return network
}

describe('a network whose storage fails', () => {
  it('starts with a new identity, and says what failed', async () => {
    const network = await started({ ...memoryStorage(), get: full })
    for await (const { error } of network.events(['storage:failed'])) {
      expect(error).toMatchObject({ code: 'storage_unavailable', message: expect.stringContaining('the disk is gone') })
      break
    }
  })

  it('does not start as a relay, which is known by its identity', async () => {
    await expect(started({ ...memoryStorage(), get: full }, 'relay')).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
  })

  it('starts with a storage that never answers', async () => {
    const clock = createFakeClock(mainnet.genesisTimeMs)
    const asked = Promise.withResolvers<void>()
    const storage: KeyValueStorage = {
      ...memoryStorage(),
      get() {
        asked.resolve()
        return new Promise(() => {})
      },
    }
    const starting = createNetwork({ chain: mainnet, storage, clock, targetPeers: 0 })
    await asked.promise
    await clock.advance(5_000)
    const network = await starting
    expect(network.status.state).toBe('connecting')
    await Promise.all([network.stop(), clock.advance(10_000)])
  })

  it('says why an optional storage keeps nothing', async () => {
    const why = new LamparaError('storage_in_use', 'Cannot use storage "x": another tab uses it')
    const network = await started(memoryStorage(why))
    for await (const { error } of network.events(['storage:failed'])) {
      expect(error).toBe(why)
      break
    }
  })
})
