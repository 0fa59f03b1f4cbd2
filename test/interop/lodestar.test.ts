import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Bootnode, createBootnode } from '../../src/bootnode/index.ts'
import { fromHex, slotAtMs, toHex } from '../../src/chain/index.ts'
import { encodeJoinDocument } from '../../src/discovery/index.ts'
import {
  type Chain,
  createLightClient,
  createNetwork,
  fromBeaconApi,
  type GossipMessage,
  type Head,
  type Hex,
  type LightClient,
  type Network,
  protocols,
  topics,
} from '../../src/index.ts'
import { headerRoot, lightClientObjectToJson } from '../../src/ssz/index.ts'
import { type Censor, startCensor } from '../kit/browser/censor.ts'
import { servePages } from '../kit/browser/pages.ts'
import { launchChromium, openPage } from '../kit/chromium.ts'
import { inItsLog, itsViewOf } from '../kit/interop/its-view.ts'
import { type Lodestar, startLodestar } from '../kit/interop/lodestar.ts'

/** One node and one run for all: the tests are in the order of its life. */
let lodestar: Lodestar
let chain: Chain
let network: Network
let peer: string
let bootnode: Bootnode
let censor: Censor
let browser: Browser
let pages: Awaited<ReturnType<typeof servePages>>

/** Why connections to Lodestar ended, of which there should be none until the end. */
const partings: string[] = []

beforeAll(async () => {
  ;[lodestar, pages, browser] = await Promise.all([startLodestar(), servePages(), launchChromium()])
  peer = lodestar.peerId
  chain = await fromBeaconApi(lodestar.restUrl)
  network = await createNetwork({
    chain,
    staticPeers: lodestar.addresses,
    // A gateway tells its clients of those alone that it has reached by their records.
    enrs: [lodestar.record],
    crawl: true,
    allowPrivateAddresses: true,
  })
  void noteWhy(network.events(['peer:disconnected']))
})

afterAll(async () => {
  await bootnode?.stop()
  await censor?.stop()
  await network?.stop()
  await browser?.close()
  await pages?.stop()
  await lodestar?.stop()
})

async function noteWhy(events: AsyncIterable<{ readonly reason: string }>): Promise<void> {
  for await (const { reason } of events) partings.push(reason)
}

const within = (ms: number): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(ms) })

/** The first message for which something holds. */
async function firstOf<T>(
  messages: AsyncIterable<GossipMessage<T>>,
  holds: (message: GossipMessage<T>) => boolean,
): Promise<GossipMessage<T>> {
  for await (const message of messages) if (holds(message)) return message
  throw new Error('The subscription ended')
}

/** What Lodestar says of a request that it made. */
const requestTo = (peerId: string, what: string): RegExp => new RegExp(`Req  ${what}.*peer=${inItsLog(peerId)}`)

/** Lodestar's own word on the block of a slot. */
async function rootAt(slot: number): Promise<Hex> {
  const { root } = (await lodestar.get(`/eth/v1/beacon/headers/${slot}`)) as { readonly root: Hex }
  return root
}

describe('a Lodestar beacon node', () => {
  it('exchanges Status with us, and either counts the other as a peer', async () => {
    const view = await network.connect(lodestar.addresses[0]!, within(20_000))
    expect(view).toMatchObject({ id: peer, direction: 'outbound', persistent: true })
    expect(view.agent).toMatch(/^lodestar/)
    expect(view.status).toMatchObject({ finalizedEpoch: 0 })
    const its = await itsViewOf(lodestar, network.peerId)
    expect(its).toMatchObject({ state: 'connected', direction: 'inbound' })
  })

  it('answers Status, Ping and Metadata, and takes our answers to its own', async () => {
    const { status } = network.peers[0]!
    const ours = {
      forkDigest: fromHex(status!.forkDigest, 4),
      finalizedRoot: fromHex(status!.finalizedRoot, 32),
      finalizedEpoch: status!.finalizedEpoch,
      headRoot: fromHex(status!.headRoot, 32),
      headSlot: status!.headSlot,
    }
    const theirs = await network.reqresp.request(protocols.status, ours, { peer }).single()
    expect(toHex(theirs.forkDigest)).toBe(status!.forkDigest)
    const sequenceNumber = await network.reqresp.request(protocols.ping, 0n, { peer }).single()
    const metadata = await network.reqresp.request(protocols.metadata, undefined, { peer }).single()
    expect(metadata.seqNumber).toBe(sequenceNumber)
    expect(metadata.attnets.bitLen).toBe(64)
    expect(metadata.syncnets?.bitLen).toBe(4)
    // A ping tells it that we have metadata that it does not know yet.
    await lodestar.log.line(requestTo(network.peerId, 'request sent method=metadata'), within(20_000))
  })

  it('publishes an optimistic update for each block, and then finality updates, which we receive', async () => {
    const optimistic = network.gossip.subscribe(topics.lightClientOptimisticUpdate)
    const finality = network.gossip.subscribe(topics.lightClientFinalityUpdate)
    const slots: number[] = []
    const counting = (async () => {
      for await (const { message, from, verified } of optimistic) {
        expect({ from, verified }).toEqual({ from: peer, verified: false })
        slots.push(message.value.attestedHeader.beacon.slot)
      }
    })()
    await optimistic.ready(within(20_000))
    const { message } = await firstOf(finality, ({ message }) => message.value.finalizedHeader.beacon.slot > 0)
    expect(message.fork).toBe('altair')
    const { beacon } = message.value.finalizedHeader
    expect(toHex(headerRoot(beacon))).toBe(await rootAt(beacon.slot))
    optimistic.stop()
    await counting
    expect(slots).toEqual(slots.toSorted((a, b) => a - b))
    expect(slots.length).toBeGreaterThan(16)
    expect(optimistic.dropped).toBe(0)
  }, 120_000)

  it('answers the four light-client methods with what its Beacon API has', async () => {
    const { request } = network.reqresp
    const { root } = (await lodestar.get('/eth/v1/beacon/headers/finalized')) as { readonly root: Hex }
    const base = '/eth/v1/beacon/light_client'

    const bootstrap = await request(protocols.lightClientBootstrap, fromHex(root, 32), { peer }).single()
    expect(lightClientObjectToJson(chain, bootstrap)).toEqual(await lodestar.get(`${base}/bootstrap/${root}`))

    const updates = await request(protocols.lightClientUpdatesByRange, { startPeriod: 0, count: 1 }, { peer }).all()
    expect(updates.map(({ value }) => Math.floor(value.attestedHeader.beacon.slot / 64))).toEqual([0])

    const finality = await request(protocols.lightClientFinalityUpdate, undefined, { peer }).single()
    expect(toHex(headerRoot(finality.value.finalizedHeader.beacon))).toBe(root)

    const optimistic = await request(protocols.lightClientOptimisticUpdate, undefined, { peer }).single()
    const { beacon } = optimistic.value.attestedHeader
    expect(toHex(headerRoot(beacon))).toBe(await rootAt(beacon.slot))
  })

  it('refuses what it does not have, which we tell from a failure', async () => {
    const unknown = network.reqresp.request(protocols.lightClientBootstrap, new Uint8Array(32).fill(7), { peer })
    await expect(unknown.single()).rejects.toMatchObject({
      code: expect.stringMatching(/^(resource_unavailable|server_error)$/),
    })
    expect(network.peers.map(({ id }) => id)).toEqual([peer])
  })
})

describe.concurrent('from its finalized checkpoint to moving optimistic and finalized heads', () => {
  it('a Node client follows it over TCP', async () => {
    const client = await createLightClient({ chain, network, checkpoint: { providers: [lodestar.restUrl] } })
    try {
      await client.ready(within(20_000))
      const [optimistic, finalized] = await Promise.all([
        movingHeads(client, 'optimistic', 4),
        movingHeads(client, 'finalized', 2),
      ])
      for (const { slot, root, participation } of [...optimistic, ...finalized]) {
        expect(root).toBe(await rootAt(slot))
        expect(participation).toBeGreaterThan(2 / 3)
      }
      expect(client.status).toMatchObject({ state: 'following', peers: 1 })
    } finally {
      await client.stop()
    }
  })

  it('a page follows it through our bootnode', async () => {
    const checkpoint = { providers: [lodestar.restUrl] }
    bootnode = await createBootnode({ chain, upstream: lodestar.addresses, checkpoint })
    void noteWhy(bootnode.client.network.events(['peer:disconnected']))
    await bootnode.ready(within(20_000))
    const { optimistic, finalized } = bootnode.client.status
    const goal = { optimisticSlot: optimistic!.slot + 3, finalizedSlot: finalized!.slot + 8 }
    const { page, errors } = await openPage(browser)
    await page.goto(pages.harness)
    const summary = await page.evaluate((options) => globalThis.lamparaHarness.follow(options), {
      join: bootnode.url,
      goal,
      timeoutMs: 80_000,
    })
    for (const { slot, root } of summary.heads) expect(root).toBe(await rootAt(slot))
    expect(summary.peers).toEqual([expect.stringContaining('/ws/p2p/')])
    expect(summary.states).not.toContain('disconnected')
    expect(errors).toEqual([])
    await page.close()
  })

  it('a page follows it by itself, through a tunnel of a bootnode that keeps all else from it', async () => {
    // Lodestar takes no more than three peers of one IP address into its meshes: this one has the network's connection.
    censor = await startCensor(network)
    await censor.told()
    const { root: checkpoint } = (await lodestar.get('/eth/v1/beacon/headers/finalized')) as { readonly root: Hex }
    const { page, errors } = await openPage(browser)
    const join = new URL('/lampara.json', pages.harness).href
    const body = encodeJoinDocument({ chain, bootnodes: censor.addresses, checkpoint, clockOffsetMs: 0 })
    await page.route(join, (route) => route.fulfill({ contentType: 'application/json', body }))
    await page.goto(pages.harness)
    const slot = slotAtMs(chain, Date.now())
    const summary = await page.evaluate((options) => globalThis.lamparaHarness.follow(options), {
      join,
      goal: { optimisticSlot: slot + 8, finalizedSlot: 1 },
      allowPrivateAddresses: true,
      tellGossip: true,
      timeoutMs: 60_000,
    })
    expect(summary.gossip).toEqual({ senders: [peer], meshes: [peer] })
    expect(summary.peers).toContainEqual(expect.stringMatching(/^\/p2p\/\w+\/lampara-tunnel\/ip4\/127\.0\.0\.1\/tcp\//))
    const optimistic = summary.heads.filter(({ kind }) => kind === 'optimistic')
    expect(optimistic.length).toBeGreaterThan(2)
    for (const { slot, root } of optimistic) expect(root).toBe(await rootAt(slot))
    expect(errors).toEqual([])
    await page.close()
    await vi.waitFor(() => expect(censor.tunnelCounts).toMatchObject({ live: 0, opened: 1 }), { timeout: 45_000 })
  })
})

describe('to Lodestar', () => {
  it('we and the bootnode are peers from the beginning to the end, with nothing held against us', async () => {
    expect(partings).toEqual([])
    for (const [name, { peerId }] of [['network', network] as const, ['bootnode', bootnode.client.network] as const]) {
      const view = await itsViewOf(lodestar, peerId)
      console.log(`Lodestar on our ${name}: ${JSON.stringify(view)}`)
      expect(view).toMatchObject({ state: 'connected', behaviourPenalty: 0 })
      expect(view!.score).toBeGreaterThanOrEqual(0)
      expect(lodestar.log.matching(requestTo(peerId, 'error'))).toEqual([])
      expect(lodestar.log.matching(new RegExp(`peer connected peer=${inItsLog(peerId)}`))).toHaveLength(1)
      expect(lodestar.log.matching(new RegExp(`peer disconnected peer=${inItsLog(peerId)}`))).toEqual([])
    }
  })

  it('our Goodbye comes with its reason', async () => {
    const { peerId } = bootnode.client.network
    await bootnode.stop()
    const line = await lodestar.log.line(
      new RegExp(`Received goodbye request peer=${inItsLog(peerId)}`),
      within(20_000),
    )
    expect(line).toContain('goodbye=1')
  })
})

it('when Lodestar shuts down, its Goodbye is the reason that we tell', async () => {
  const parted = network.events(['peer:disconnected'], within(20_000))[Symbol.asyncIterator]().next()
  void lodestar.stop()
  expect((await parted).value?.reason).toBe('goodbye from the peer: it shuts down')
})

/** So many heads of a kind, each newer than the one before. */
async function movingHeads(client: LightClient, kind: Head['kind'], count: number): Promise<readonly Head[]> {
  const heads: Head[] = []
  for await (const head of client.heads({ kind, ...within(80_000) })) {
    if (head.slot <= (heads.at(-1)?.slot ?? -1)) throw new Error(`Slot ${head.slot} came after ${heads.at(-1)?.slot}`)
    heads.push(head)
    if (heads.length === count) return heads
  }
  throw new Error(`The ${kind} heads ended`)
}
