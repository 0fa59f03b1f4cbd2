import { describe, expect, it, onTestFinished } from 'vitest'
import { type Hex, slotStartMs } from '../../src/chain/index.ts'
import { createDevnet, type Devnet, type MadeDevnetOptions } from '../../src/devnet/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import type { LightClient, LightClientOptions, LightClientState } from '../../src/light-client/types.ts'
import { createNetwork } from '../../src/network/index.ts'
import { type KeyValueStorage, memoryStorage } from '../../src/platform/storage.ts'
import { type Clock, offsetClock, systemClock } from '../../src/streams/clock.ts'
import { nextEvent } from '../kit/network.ts'

/** A block that nobody has. */
const NOWHERE: Hex = `0x${'11'.repeat(32)}`
/** Providers that do not answer. */
const nobody = { providers: ['http://127.0.0.1:9'] }
const waitMs = 30_000

async function startDevnet(options: MadeDevnetOptions = {}): Promise<Devnet> {
  const devnet = await createDevnet({ slotDurationMs: 500, startSlot: 36, ...options })
  onTestFinished(devnet.stop)
  return devnet
}

async function start(devnet: Devnet, options: Partial<LightClientOptions>): Promise<LightClient> {
  const { chain, clock, addresses } = devnet
  const peers = options.network === undefined ? { staticPeers: addresses } : {}
  const client = await createLightClient({ chain, clock, ...peers, checkpoint: devnet.checkpoint(), ...options })
  onTestFinished(client.stop)
  return client
}

const ready = (client: LightClient) => client.ready({ signal: AbortSignal.timeout(waitMs) })

/** The storage of a client that followed the chain, and was stopped as soon as it did. */
async function followedBefore(devnet: Devnet): Promise<{ storage: KeyValueStorage; finalizedSlot: number }> {
  const storage = memoryStorage()
  const client = await start(devnet, { storage })
  await ready(client)
  await client.stop()
  return { storage, finalizedSlot: client.status.finalized!.slot }
}

function statesOf(client: LightClient): LightClientState[] {
  const states: LightClientState[] = []
  client.watchStatus(({ state }) => void (states.at(-1) !== state && states.push(state)))
  return states
}

describe('a light client with a storage', () => {
  it('goes on after a restart from what it verified, though nobody has its checkpoint any more', async () => {
    const devnet = await startDevnet()
    const { storage, finalizedSlot } = await followedBefore(devnet)
    const client = await start(devnet, { storage, checkpoint: NOWHERE })
    // Known before anybody is asked.
    expect(client.status.finalized?.slot).toBeGreaterThanOrEqual(finalizedSlot)
    const states = statesOf(client)
    const { slot } = await ready(client)
    expect(slot).toBeGreaterThan(finalizedSlot)
    expect(states).not.toContain('bootstrapping')
    // What it goes on from is as good as any other beginning: finality moves on.
    for await (const head of client.heads({ kind: 'finalized' })) if (head.slot > slot) break
  })

  it.each([1, 3])(
    'goes on %i sync-committee periods later, with a fork in between, and again from there',
    async (periods) => {
      let aheadMs = 0
      const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs }
      const forks = { deneb: 0, electra: 8, fulu: 16 }
      const devnet = await startDevnet({ clock, slotDurationMs: 250, forks })
      const { chain } = devnet
      const { storage } = await followedBefore(devnet)
      const firstSlot = periods * chain.preset.epochsPerSyncCommitteePeriod * chain.preset.slotsPerEpoch
      const events = devnet.events()
      aheadMs += slotStartMs(chain, firstSlot) - clock.now()
      for await (const event of events) if (event.type === 'slot' && event.slot >= firstSlot) break

      const client = await start(devnet, { storage, checkpoint: NOWHERE })
      expect((await ready(client)).slot).toBeGreaterThanOrEqual(firstSlot - 1)
      for await (const { slot } of client.heads({ kind: 'finalized' })) if (slot >= firstSlot) break
      await client.stop()
      const again = await start(devnet, { storage, checkpoint: NOWHERE })
      expect(again.status.finalized?.slot).toBeGreaterThanOrEqual(firstSlot)
      await ready(again)
    },
    60_000,
  )

  it('asks no checkpoint provider after a restart', async () => {
    const devnet = await startDevnet()
    const { storage } = await followedBefore(devnet)
    await ready(await start(devnet, { storage, checkpoint: nobody }))
  })

  it('keeps what it verified in the storage of the network that it was given', async () => {
    const devnet = await startDevnet()
    const { storage } = await followedBefore(devnet)
    const { chain, clock, addresses } = devnet
    const network = await createNetwork({ chain, clock, staticPeers: addresses, targetPeers: 0, storage })
    onTestFinished(() => network.stop())
    await ready(await start(devnet, { network, checkpoint: NOWHERE }))
  })

  it.each<[string, (devnet: Devnet) => Partial<LightClientOptions>]>([
    ['is older than a checkpoint may be', () => ({ maxCheckpointAgeMs: 1 })],
    ['is ahead of its clock', ({ clock }) => ({ clock: offsetClock(-60_000, clock) })],
    ['is not to be resumed from', () => ({ resume: false })],
  ])(
    'begins with its checkpoint where what is stored %s',
    async (_, options) => {
      const devnet = await startDevnet()
      const { storage } = await followedBefore(devnet)
      await expect(start(devnet, { storage, checkpoint: nobody, ...options(devnet) })).rejects.toMatchObject({
        code: 'checkpoint_unavailable',
      })
    },
    60_000,
  )

  it('reports stored bytes that are damaged, sets them aside, and begins with its checkpoint', async () => {
    const devnet = await startDevnet()
    const { storage } = await followedBefore(devnet)
    const damaged = (await storage.get('verified'))!
    damaged[40]! ^= 1
    await storage.set('verified', damaged)
    const client = await start(devnet, { storage })
    const told = await nextEvent(client.network.events(['storage:failed']))
    expect(told.error.code).toBe('storage_invalid')
    await ready(client)
    await client.stop()
    expect(await storage.get('verified.damaged')).toEqual(damaged)
    expect(await storage.get('verified')).not.toEqual(damaged)
  })

  it('follows, and tells why, where nothing can be written', async () => {
    const devnet = await startDevnet()
    const full = new Error('no space left')
    const storage = {
      ...memoryStorage(),
      set: (key: string) => (key === 'verified' ? Promise.reject(full) : Promise.resolve()),
    }
    const client = await start(devnet, { storage })
    const told = nextEvent(client.network.events(['storage:failed']))
    await ready(client)
    expect((await told).error.message).toContain('no space left')
  })

  it('stops in bounded time though a write does not end', async () => {
    const devnet = await startDevnet()
    const begun = Promise.withResolvers<void>()
    const set = (key: string) => {
      if (key !== 'verified') return Promise.resolve()
      begun.resolve()
      return new Promise<never>(() => {})
    }
    const client = await start(devnet, { storage: { ...memoryStorage(), set } })
    await begun.promise
    await client.stop()
    expect(client.status.state).toBe('stopped')
  })
})
