import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterEach, describe, expect, it } from 'vitest'
import { createSlotClock } from '../../src/chain/index.ts'
import { createDevnet, type Devnet, type DevnetEvent, type MadeDevnetOptions } from '../../src/devnet/index.ts'
import { topics } from '../../src/gossip/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import type { LightClient } from '../../src/light-client/types.ts'
import { createNetwork } from '../../src/network/index.ts'
import type { Network } from '../../src/network/types.ts'
import { protocols } from '../../src/reqresp/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import { untilHeard } from '../kit/gossip.ts'
import { cleanUpAfterEach, startBareNode, topicAt } from '../kit/network.ts'

cleanUpAfterEach()
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** For whatever the wire has to do: time stands still for the nodes meanwhile. */
const patience = () => AbortSignal.timeout(40_000)

/** A devnet under a clock that stands still, and a light client that is connected to it. */
async function setUp(options: MadeDevnetOptions, before: (devnet: Devnet) => Promise<void> = async () => {}) {
  const clock = createFakeClock(1_700_000_000_000)
  const devnet = await createDevnet({ slotDurationMs: 2_000, ...options, clock })
  stops.push(devnet.stop)
  const { chain } = devnet
  const slotClock = createSlotClock(chain, clock)
  await before(devnet)
  const network = await connectTo(devnet)
  const client = await createLightClient({ chain, clock, network, checkpoint: devnet.checkpoint() })
  stops.push(client.stop)
  await client.ready({ signal: patience() })
  return { clock, devnet, slotClock, network, client }
}

async function connectTo(devnet: Devnet): Promise<Network> {
  const network = await createNetwork({ chain: devnet.chain, clock: devnet.clock, targetPeers: 0 })
  stops.push(network.stop)
  await network.connect(devnet.addresses[0]!, { signal: patience() })
  return network
}

/** Resolves once the devnet knows that somebody subscribes to its heads. */
async function untilSubscribed(devnet: Devnet): Promise<void> {
  const subscription = devnet.network.gossip.subscribe(topics.lightClientOptimisticUpdate)
  await subscription.ready({ signal: patience() })
  subscription.stop()
}

/** The next event of a kind, from when this is called on. */
async function next<Type extends DevnetEvent['type']>(
  devnet: Devnet,
  type: Type,
): Promise<Extract<DevnetEvent, { type: Type }>> {
  for await (const event of devnet.events({ signal: patience() })) {
    if (event.type === type) return event as Extract<DevnetEvent, { type: Type }>
  }
  throw new Error('the devnet ended')
}

/** Resolves once the client shows the head of a slot, or a later one. @returns the slot that it shows */
function untilHead(client: LightClient, slot: number): Promise<number> {
  return new Promise((resolve) => {
    client.watchStatus(({ optimistic }) => {
      if (optimistic !== undefined && optimistic.slot >= slot) resolve(optimistic.slot)
    })
  })
}

describe('lodestar over the wire', () => {
  it('sends the head before a blob-parameter change under the new digest, and the client shows every one', async () => {
    const { clock, devnet, slotClock, network, client } = await setUp({
      persona: 'lodestar',
      startSlot: 45,
      blobSchedule: [{ epoch: 6, maxBlobsPerBlock: 12 }],
    })
    await untilSubscribed(devnet)
    const topicOf = new Map<number, string>()
    const received = network.gossip.subscribe(topics.lightClientOptimisticUpdate)
    void (async () => {
      for await (const { message, topicString } of received) {
        topicOf.set(message.value.attestedHeader.beacon.slot, topicString)
      }
    })()
    const shown: number[] = []
    for (let slot = 46; slot <= 50; slot++) {
      const head = untilHead(client, slot - 1)
      await clock.advance(slotClock.syncMessageDueMs(slot) - clock.now())
      shown.push(await head)
    }
    received.stop()
    expect(shown).toEqual([45, 46, 47, 48, 49])
    const { name } = topics.lightClientOptimisticUpdate
    const [old, fresh] = [topicAt(devnet.chain, name, 47), topicAt(devnet.chain, name, 48)]
    expect([46, 47, 48].map((slot) => topicOf.get(slot))).toEqual([old, fresh, fresh])
    expect(network.peers[0]!.score).toBeGreaterThanOrEqual(0)
  })

  it('refuses and bans a peer that goes beyond its quota', async () => {
    const { clock, devnet, network } = await setUp({ persona: 'lodestar' })
    const banned = next(devnet, 'banned')
    const refused = next(devnet, 'refused')
    const peer = devnet.network.peerId
    const ask = async (): Promise<unknown> =>
      network.reqresp
        .request(protocols.lightClientOptimisticUpdate, undefined, { peer, skipRateLimit: true, signal: patience() })
        .single()
    // The client may have asked once or twice already.
    const askThreeTimes = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) await ask()
    }
    await expect(askThreeTimes()).rejects.toMatchObject({ code: 'rate_limited', details: { responseCode: 139 } })
    expect(await refused).toMatchObject({ peer: network.peerId, method: 'light_client_optimistic_update' })
    await clock.advance(1_000)
    expect(await banned).toMatchObject({ peer: network.peerId })
  })

  it.each([
    ['gossip to the fourth identity', 3, 1],
    ['no gossip to the fourteenth identity', 13, 0],
  ])('sends %s of one address', async (_, others, recipients) => {
    const { clock, devnet, slotClock, network } = await setUp({ persona: 'lodestar' }, async (devnet) => {
      const topic = topicAt(devnet.chain, topics.lightClientOptimisticUpdate.name, devnet.head().slot)
      for (let i = 0; i < others; i++) {
        const node = await startBareNode(devnet.chain)
        await node.libp2p.dial(multiaddr(devnet.addresses[0]!), { signal: patience() })
        await untilHeard(node, topic)
      }
    })
    await untilSubscribed(devnet)
    const published = next(devnet, 'published')
    await clock.advance(slotClock.syncMessageDueMs(devnet.head().slot + 1) - clock.now())
    expect((await published).recipients).toBe(recipients)
    expect(network.peers[0]!.score).toBeGreaterThanOrEqual(0)
  })
})

describe('lighthouse over the wire', () => {
  it('gives one update in ten seconds, and says 139 to all else', async () => {
    const devnet = await createDevnet({ persona: 'lighthouse', clock: createFakeClock(1_700_000_000_000) })
    stops.push(devnet.stop)
    const peer = devnet.network.peerId
    const askFrom = (network: Network, count: number) =>
      network.reqresp
        .request(
          protocols.lightClientUpdatesByRange,
          { startPeriod: 0, count },
          { peer, skipRateLimit: true, signal: patience() },
        )
        .all()
    const networks = [await connectTo(devnet), await connectTo(devnet)] as const
    const refusal = { code: 'rate_limited', details: { responseCode: 139 } }
    await expect(askFrom(networks[0], 2)).rejects.toMatchObject(refusal)
    expect(await askFrom(networks[1], 1)).toHaveLength(1)
    await expect(askFrom(networks[1], 1)).rejects.toMatchObject(refusal)
    for (const network of networks) expect(network.peers[0]!.score).toBeGreaterThanOrEqual(0)
  })

  it('bans a peer that refuses the gossip stream which it opens at once, and no client of ours', async () => {
    const { devnet, network } = await setUp({ persona: 'lighthouse' })
    const mute = await createLibp2p({
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionMonitor: { enabled: false },
    })
    stops.push(async () => mute.stop())
    const banned = next(devnet, 'banned')
    await mute.dial(multiaddr(devnet.addresses[0]!), { signal: patience() })
    expect(await banned).toMatchObject({ peer: mute.peerId.toString(), reason: 'it refuses a gossip stream' })
    expect(network.status.peers).toBe(1)
  })
})

describe('recent-only over the wire', () => {
  it('refuses a range that begins before its data, and an old bootstrap, with code 3', async () => {
    const { devnet, network, client } = await setUp({ persona: 'recent-only', startSlot: 140 })
    const peer = devnet.network.peerId
    const ask = (startPeriod: number, count: number) =>
      network.reqresp
        .request(protocols.lightClientUpdatesByRange, { startPeriod, count }, { peer, skipRateLimit: true })
        .all()
    await expect(ask(0, 3)).rejects.toMatchObject({ code: 'resource_unavailable', details: { responseCode: 3 } })
    expect((await ask(1, 2)).map(({ value }) => Math.floor(value.signatureSlot / 64))).toEqual([1, 2])
    const response = await fetch(`${devnet.restUrl}/eth/v1/beacon/headers/genesis`)
    const { data } = (await response.json()) as { data: { root: string } }
    const root = Uint8Array.from(Buffer.from(data.root.slice(2), 'hex'))
    await expect(
      network.reqresp.request(protocols.lightClientBootstrap, root, { peer, skipRateLimit: true }).single(),
    ).rejects.toMatchObject({ code: 'resource_unavailable' })
    expect(client.status.state).toBe('following')
  })

  it('is one node of a chain beside another, which gives a client what this one does not have', async () => {
    const clock = createFakeClock(1_700_000_000_000)
    const options = { startSlot: 140, slotDurationMs: 2_000, clock } as const
    const recent = await createDevnet({ ...options, persona: 'recent-only' })
    stops.push(recent.stop)
    const whole = await createDevnet(options)
    stops.push(whole.stop)
    expect(whole.head()).toEqual(recent.head())
    const { chain } = recent
    const network = await connectTo(recent)
    await network.connect(whole.addresses[0]!, { signal: patience() })
    const response = await fetch(`${recent.restUrl}/eth/v1/beacon/headers/genesis`)
    const { data } = (await response.json()) as { data: { root: `0x${string}` } }
    const client = await createLightClient({ chain, clock, network, checkpoint: data.root })
    stops.push(client.stop)
    expect((await client.ready({ signal: patience() })).slot).toBe(whole.head().slot - 1)
    for (const { score } of network.peers) expect(score).toBeGreaterThanOrEqual(0)
  })
})

describe('createDevnet()', () => {
  it('refuses a persona that there is not, and names those there are', async () => {
    await expect(createDevnet({ persona: 'geth' as 'lampara' })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('lighthouse, lodestar, recent-only'),
    })
  })
})
