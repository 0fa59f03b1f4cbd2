import { afterEach, describe, expect, it } from 'vitest'
import {
  forkDigestAtSlot,
  fromHex,
  mainnet,
  periodOfSlot,
  slotAtMs,
  slotStartMs,
  toHex,
} from '../../src/chain/index.ts'
import {
  createLightClient,
  type LightClient,
  type LightClientOptions,
  serveLightClientData,
} from '../../src/light-client/index.ts'
import { finalityUpdateOf, optimisticUpdateOf } from '../../src/light-client/serving/convert-update.ts'
import { createNetwork } from '../../src/network/index.ts'
import type { Network } from '../../src/network/types.ts'
import { protocols } from '../../src/reqresp/index.ts'
import { contextSlotOf, type LightClientObject } from '../../src/ssz/index.ts'
import { offsetClock } from '../../src/streams/clock.ts'
import { fixtures } from '../kit/fixtures.ts'
import { readFolder } from '../kit/verification/folders.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** A node that serves a folder's objects, at the moment after its last one was signed. */
async function serveFolder(
  name: string,
  change: (update: LightClientObject<'update'>) => typeof update = (same) => same,
) {
  const folder = readFolder(name)
  const updates = folder.updates.filter((object) => object.kind === 'update')
  const last = updates.at(-1)!
  const clock = offsetClock(slotStartMs(mainnet, last.value.signatureSlot + 1) - Date.now())
  const server = await createNetwork({ chain: mainnet, listen: ['/ip4/127.0.0.1/tcp/0'], clock })
  stops.push(() => server.stop())
  const byPeriod = new Map(updates.map((update) => [periodOfSlot(mainnet, contextSlotOf(update)), update]))
  serveLightClientData(server.reqresp, {
    bootstrap: (root) => folder.bootstraps.get(root),
    update: (period) => {
      const update = byPeriod.get(period)
      return update && change(update)
    },
    finalityUpdate: () => finalityUpdateOf(last),
    optimisticUpdate: () => optimisticUpdateOf(last),
  })
  return { server, clock, folder, expected: folder.expected[0]!, last }
}

async function followNode(
  server: Network,
  options: Omit<LightClientOptions, 'chain' | 'staticPeers'>,
): Promise<LightClient> {
  const client = await createLightClient({ chain: mainnet, staticPeers: server.addresses, ...options })
  stops.push(client.stop)
  return client
}

describe.skipIf(!fixtures.available)('a light client in Node over TCP', () => {
  it('bootstraps from a checkpoint, catches up across sixty periods and shows the recorded heads', async () => {
    const { server, clock, expected } = await serveFolder('metacraft-altair-290-349')
    const client = await followNode(server, { clock, checkpoint: expected.checkpoint, maxCheckpointAgeMs: Infinity })
    const periods = new Set<number>()
    client.watchStatus(({ sync }) => sync && periods.add(sync.period))
    const head = await client.ready({ signal: AbortSignal.timeout(55_000) })
    expect(head.slot).toBe(expected.optimistic)
    expect(head.execution).toBeUndefined()
    expect(client.status.finalized?.slot).toBe(expected.finalized)
    expect(periods.size).toBeGreaterThan(50)
  })

  it('proves the execution block of its heads from Capella on, and tells peers of the checkpoint that it verified', async () => {
    const { server, clock, expected, last } = await serveFolder('colibri-deneb-1347-1392')
    const client = await followNode(server, { clock, checkpoint: expected.checkpoint, maxCheckpointAgeMs: Infinity })
    const head = await client.ready({ signal: AbortSignal.timeout(55_000) })
    expect(head.slot).toBe(expected.optimistic)
    expect(head.execution?.blockNumber).toBe(last.value.attestedHeader.execution?.blockNumber)

    const { finalized } = client.status
    const own = {
      forkDigest: fromHex(forkDigestAtSlot(mainnet, slotAtMs(mainnet, clock.now())), 4),
      finalizedRoot: new Uint8Array(32),
      finalizedEpoch: 0,
      headRoot: new Uint8Array(32),
      headSlot: 0,
    }
    const peer = client.network.peerId
    const told = await server.reqresp.request(protocols.status, own, { peer, skipRateLimit: true }).single()
    expect({ ...told, finalizedRoot: toHex(told.finalizedRoot), headRoot: toHex(told.headRoot) }).toMatchObject({
      finalizedRoot: finalized!.root,
      finalizedEpoch: Math.ceil(finalized!.slot / 32),
      headRoot: finalized!.root,
      headSlot: finalized!.slot,
      earliestAvailableSlot: finalized!.slot,
    })
    for await (const finalized of client.heads({ kind: 'finalized' })) {
      expect(finalized.slot).toBe(expected.finalized)
      break
    }
  })

  it('fails with `checkpoint_too_old` when the checkpoint is older than allowed', async () => {
    const { server, clock, expected } = await serveFolder('colibri-deneb-1347-1392')
    const client = await followNode(server, { clock, checkpoint: expected.checkpoint })
    await expect(client.ready()).rejects.toMatchObject({ code: 'checkpoint_too_old' })
    expect(client.status.state).toBe('failed')
    await expect(client.heads()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'checkpoint_too_old' })
  })

  it('does not believe a peer again that sent a forged update, and keeps what it had verified', async () => {
    const { server, clock, expected } = await serveFolder('colibri-deneb-1347-1392', (update) => {
      if (periodOfSlot(mainnet, contextSlotOf(update)) !== 1349) return update
      const signature = update.value.syncAggregate.syncCommitteeSignature.slice()
      signature[20]! ^= 1
      const syncAggregate = { ...update.value.syncAggregate, syncCommitteeSignature: signature }
      return { ...update, value: { ...update.value, syncAggregate } }
    })
    const client = await followNode(server, { clock, checkpoint: expected.checkpoint, maxCheckpointAgeMs: Infinity })
    const banned: string[] = []
    for await (const event of client.network.events(['peer:banned'])) {
      banned.push(event.peerId)
      break
    }
    expect(banned).toEqual([server.peerId])
    expect(client.status.optimistic?.slot).toBeLessThan(expected.optimistic)
    await expect(client.network.connect(server.addresses[0]!)).rejects.toMatchObject({ code: expect.any(String) })
  })

  it('stops while it looks for a peer, and again, without harm', async () => {
    const { server, clock, expected } = await serveFolder('ultralight-capella-879-881')
    await server.stop()
    const client = await followNode(server, { clock, checkpoint: expected.checkpoint })
    const ready = client.ready()
    await Promise.all([client.stop(), client.stop()])
    await expect(ready).rejects.toMatchObject({ code: 'stopped' })
    expect(client.status.state).toBe('stopped')
    for await (const _head of client.heads()) expect.unreachable()
  })
})
