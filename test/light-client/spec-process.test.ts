import { describe, expect, it } from 'vitest'
import { mainnet, periodOfSlot, slotStartMs } from '../../src/chain/index.ts'
import { topics } from '../../src/gossip/index.ts'
import { createLightClient, type LightClientOptions, serveLightClientData } from '../../src/light-client/index.ts'
import { finalityUpdateOf, optimisticUpdateOf } from '../../src/light-client/serving/convert-update.ts'
import { contextSlotOf, type LightClientObject } from '../../src/ssz/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import { fixtures } from '../kit/fixtures.ts'
import { take, until } from '../kit/gossip.ts'
import { cleanUpAfterEach, listenOn, startNetwork } from '../kit/network.ts'
import { readFolder } from '../kit/verification/folders.ts'

cleanUpAfterEach()

describe('a light client', () => {
  it('does not start without a trusted root, nor with what is none', async () => {
    const { checkpoint: _, ...untrusting } = { chain: mainnet } as LightClientOptions
    await expect(createLightClient(untrusting as LightClientOptions)).rejects.toMatchObject({
      code: 'checkpoint_missing',
    })
    await expect(createLightClient({ chain: mainnet, checkpoint: '0x1234' })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })
})

describe.skipIf(!fixtures.available)('an update from gossip', () => {
  it('moves the heads, although it came too early to be forwarded', async () => {
    const folder = readFolder('ultralight-capella-879-881')
    const updates = folder.updates.filter((object) => object.kind === 'update')
    const last = updates.at(-1) as LightClientObject<'update'>
    // The slot has begun; its sync messages are not due for another three seconds.
    const clock = createFakeClock(slotStartMs(mainnet, last.value.signatureSlot) + 1_000)
    const server = await startNetwork({ chain: mainnet, clock, listen: listenOn.tcp })
    const byPeriod = new Map(
      updates.slice(0, -1).map((update) => [periodOfSlot(mainnet, contextSlotOf(update)), update]),
    )
    serveLightClientData(server.reqresp, {
      bootstrap: (root) => folder.bootstraps.get(root),
      update: (period) => byPeriod.get(period),
      finalityUpdate: () => undefined,
      optimisticUpdate: () => undefined,
    })
    const listening = [topics.lightClientFinalityUpdate, topics.lightClientOptimisticUpdate].map((topic) =>
      server.gossip.subscribe(topic as typeof topics.lightClientOptimisticUpdate),
    )
    const network = await startNetwork({ chain: mainnet, clock, staticPeers: server.addresses })
    const heard = network.gossip.subscribe(topics.lightClientOptimisticUpdate, { includeIgnored: true })
    const client = await createLightClient({
      chain: mainnet,
      network,
      checkpoint: folder.expected[0]!.checkpoint,
      maxCheckpointAgeMs: Number.POSITIVE_INFINITY,
    })
    try {
      await until(() => client.status.finalized !== undefined && client.status.sync === undefined)
      await Promise.all([...listening, heard].map((subscription) => subscription.ready()))
      const attested = last.value.attestedHeader.beacon.slot
      expect(client.status.optimistic!.slot).toBeLessThan(attested)

      await server.gossip.publish(topics.lightClientOptimisticUpdate, optimisticUpdateOf(last))
      const [ignored] = await take(heard, 1)
      expect(ignored!.verified).toBe(false)
      await until(() => client.status.optimistic!.slot === attested)

      await server.gossip.publish(topics.lightClientFinalityUpdate, finalityUpdateOf(last))
      await until(() => client.status.finalized!.slot === last.value.finalizedHeader.beacon.slot)
      expect(network.peers[0]!.score).toBe(0)
    } finally {
      await client.stop()
    }
  })
})
