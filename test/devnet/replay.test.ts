import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Hex, mainnet, periodOfSlot, slotAtMs } from '../../src/chain/index.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { readRecording } from '../../src/devnet/replay/read-folder.ts'
import { createReplayChain } from '../../src/devnet/replay/replay-chain.ts'
import type { ServedChain } from '../../src/devnet/served-chain.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import {
  createCommitteeVerifier,
  initializeLightClientStore,
  processLightClientUpdate,
  verdictOf,
} from '../../src/light-client/verification/index.ts'
import { platform } from '../../src/platform/node/index.ts'
import type { LightClientObject } from '../../src/ssz/index.ts'
import { fixtures } from '../kit/fixtures.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

interface Expected {
  readonly checkpoint: Hex
  readonly finalized: number
  readonly optimistic: number
}

/** Syncs as a light client does from what is served: period after period, then the newest updates. */
async function syncFrom(served: ServedChain, lastSlot: number, checkpoint: Hex) {
  await platform.useFastHasher()
  const context = { chain: served.chain, committees: createCommitteeVerifier(await platform.loadBls()) }
  const bootstrap = served.data.bootstrap(checkpoint)!
  let store = await initializeLightClientStore(context, checkpoint, bootstrap)
  const apply = async (object: Parameters<typeof processLightClientUpdate>[2] | undefined): Promise<void> => {
    if (object === undefined) return
    try {
      store = await processLightClientUpdate(context, store, object, lastSlot)
    } catch (error) {
      if (verdictOf(error) === 'reject') throw error
    }
  }
  const last = periodOfSlot(served.chain, lastSlot)
  for (let period = periodOfSlot(served.chain, bootstrap.value.header.beacon.slot); period <= last; period++) {
    await apply(served.data.update(period))
  }
  await apply(served.data.finalityUpdate())
  await apply(served.data.optimisticUpdate())
  return { finalized: store.finalizedHeader.beacon.slot, optimistic: store.optimisticHeader.beacon.slot }
}

const folders = fixtures.available
  ? fixtures.list('light-client-api').filter((name) => fixtures.exists('light-client-api', name, 'expected'))
  : []

describe.skipIf(!fixtures.available)('a replay of recorded mainnet data', () => {
  it.each(folders)('serves what leads from every checkpoint of %s to the reference heads', async (name) => {
    const folder = fixtures.path('light-client-api', name)
    const { objects, skipped } = await readRecording(mainnet, folder)
    expect(skipped).toEqual([])
    const served = createReplayChain(mainnet, objects, folder)
    const expected = fixtures.json('light-client-api', name, 'expected') as Expected[]
    expect(expected.length).toBeGreaterThan(0)
    for (const { checkpoint, finalized, optimistic } of expected) {
      expect(served.checkpoints).toContain(checkpoint)
      expect(await syncFrom(served, served.lastSlot, checkpoint)).toEqual({ finalized, optimistic })
    }
    // It recommends one that leads to the newest head.
    expect(expected.find(({ checkpoint }) => checkpoint === served.checkpoint())?.optimistic).toBe(
      served.head().beacon.slot,
    )
  })

  it.each(['colibri-electra-1600-1602', 'synapse-bellatrix-transition-563-568'])(
    'lets a light client over TCP follow %s under its own clock to the reference heads',
    async (name) => {
      const devnet = await createDevnet({ replay: fixtures.path('light-client-api', name) })
      stops.push(devnet.stop)
      expect(devnet.skipped).toEqual([])
      const client = await createLightClient({
        chain: devnet.chain,
        checkpoint: devnet.checkpoint(),
        staticPeers: devnet.addresses,
        clock: devnet.clock,
      })
      stops.push(client.stop)
      const head = await client.ready({ signal: AbortSignal.timeout(45_000) })
      const expected = (fixtures.json('light-client-api', name, 'expected') as Expected[]).find(
        ({ checkpoint }) => checkpoint === devnet.checkpoint(),
      )!
      expect(head.slot).toBe(expected.optimistic)
      expect(client.status.finalized?.slot).toBe(expected.finalized)
      expect(devnet.head().slot).toBe(expected.optimistic)
    },
  )

  it('has its present in the slot in which the last object was signed, and allows checkpoints as old as it is long', async () => {
    const devnet = await createDevnet({ replay: fixtures.path('light-client-api', 'metacraft-altair-290-349') })
    stops.push(devnet.stop)
    const last = devnet.data.optimisticUpdate() as LightClientObject<'optimistic_update'>
    expect(slotAtMs(devnet.chain, devnet.clock.now())).toBe(last.value.signatureSlot)
    expect(Math.abs(devnet.clock.now() - Date.now() - devnet.clockOffsetMs)).toBeLessThan(1000)
    // Sixty periods are 68 days.
    expect(devnet.chain.maxCheckpointAgeMs).toBeGreaterThan(68 * 86_400_000)
  })

  it('publishes nothing but what was recorded, once', async () => {
    const devnet = await createDevnet({ replay: fixtures.path('light-client-api', 'ultralight-electra-1429') })
    stops.push(devnet.stop)
    const published: string[] = []
    for await (const event of devnet.events({ signal: AbortSignal.timeout(45_000) })) {
      if (event.type !== 'published') throw new Error(`Unexpected ${event.type}`)
      published.push(`${event.object.kind} ${event.object.value.attestedHeader.beacon.slot}`)
      if (published.length === 2) break
    }
    expect(published).toEqual(['finality_update 11708998', 'optimistic_update 11709008'])
  })
})

describe('a folder that cannot be replayed', () => {
  it('is refused when it is not there, when it is empty, and when nothing in it can be used', async () => {
    await expect(createDevnet({ replay: '/nonexistent/folder' })).rejects.toMatchObject({ code: 'file_unreadable' })
    const folder = await mkdtemp(join(tmpdir(), 'lampara-replay-'))
    stops.push(() => rm(folder, { recursive: true }))
    await expect(createDevnet({ replay: folder })).rejects.toMatchObject({ code: 'file_unreadable' })
    await writeFile(join(folder, 'not-json.json'), '{"data": ')
    await writeFile(join(folder, 'other.json'), '{"data": {"some": "thing"}}')
    await writeFile(join(folder, 'deep.json'), `${'['.repeat(200)}${']'.repeat(200)}`)
    await writeFile(join(folder, 'null.json'), 'null')
    await expect(createDevnet({ replay: folder })).rejects.toMatchObject({ code: 'file_unreadable' })
    const { objects, skipped } = await readRecording(mainnet, folder)
    expect(objects).toEqual([])
    expect(skipped.map((what) => what.split(':')[0])).toEqual(['deep.json', 'not-json.json', 'null.json', 'other.json'])
  })

  it.skipIf(!fixtures.available)('is refused when it has no bootstrap, or nothing that was signed', async () => {
    const { objects } = await readRecording(mainnet, fixtures.path('light-client-api', 'nimbus-fulu-1711'))
    const only = (kind: string) => objects.filter((object) => object.kind === kind)
    expect(() => createReplayChain(mainnet, only('bootstrap'), 'x')).toThrow(/no usable update/)
    expect(() => createReplayChain(mainnet, only('optimistic_update'), 'x')).toThrow(/no usable bootstrap/)
  })
})
