import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBootnode } from '../../src/bootnode/index.ts'
import { startSlotOfEpoch } from '../../src/chain/index.ts'
import {
  type Chain,
  createLightClient,
  createNetwork,
  fromBeaconApi,
  type LightClientOptions,
} from '../../src/index.ts'
import { startCensor } from '../kit/browser/censor.ts'
import { itsViewOf } from '../kit/interop/its-view.ts'
import type { Lodestar } from '../kit/interop/lodestar.ts'
import { publishedSlots, startModernLodestar } from '../kit/interop/modern-lodestar.ts'

/** A short run crosses both changes; `LAMPARA_INTEROP_MINUTES=20` is a long one. */
const LONG_MINUTES = Number(process.env.LAMPARA_INTEROP_MINUTES ?? 0)
/** Its finality begins about two epochs after genesis: the first checkpoint is there before the fork. */
const FULU_EPOCH = 6
const BLOB_EPOCH = 7
const SLOT_MS = 2_000
const BOOTSTRAP_TIMEOUT_MS = 130_000
const RUN_MS = Math.max(LONG_MINUTES * 60_000, 0)
const stopping = new AbortController()
const stops: (() => Promise<unknown>)[] = []
let lodestar: Lodestar
let chain: Chain

const published: number[] = []
/** Of each way to it: the slots of the optimistic heads that were shown, our peer id as it sees it, and the states. */
interface Follower {
  readonly name: string
  readonly peerId: string
  readonly slots: number[]
  readonly disconnects: string[]
}

const within = (ms: number): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(ms) })

async function follow(name: string, options: Partial<LightClientOptions>): Promise<Follower> {
  const client = await createLightClient({
    chain,
    targetPeers: 1,
    allowPrivateAddresses: true,
    checkpoint: { providers: [lodestar.restUrl] },
    ...options,
  })
  stops.push(client.stop)
  const follower: Follower = { name, peerId: client.network.peerId, slots: [], disconnects: [] }
  void (async () => {
    for await (const { slot } of client.heads()) follower.slots.push(slot)
  })()
  void (async () => {
    for await (const { reason } of client.network.events(['peer:disconnected'])) follower.disconnects.push(reason)
  })()
  await client.ready(within(60_000))
  return follower
}

const addressOf = (part: string): string => lodestar.addresses.find((address) => address.includes(part))!

beforeAll(async () => {
  const maxRunMs = 280_000 + RUN_MS
  lodestar = await startModernLodestar({ fuluEpoch: FULU_EPOCH, blobEpoch: BLOB_EPOCH, maxRunMs })
  chain = await fromBeaconApi(lodestar.restUrl)
  void (async () => {
    for await (const slot of publishedSlots(lodestar, stopping.signal)) published.push(slot)
  })().catch((error) => stopping.signal.aborted || console.error('its events ended:', error))
})

afterAll(async () => {
  stopping.abort()
  for (const stop of stops.reverse()) await stop()
  await lodestar?.stop()
})

describe('a modern Lodestar beacon node, from Electra over Fulu to a change of blob parameters', () => {
  it(
    'is followed on every way, with every head that it publishes and nothing held against us',
    async () => {
      await untilFinalized()
      const tcp = { staticPeers: [addressOf('/tcp/')] }
      const bootnode = await createBootnode({
        chain,
        upstream: tcp.staticPeers,
        checkpoint: { providers: [lodestar.restUrl] },
      })
      stops.push(() => bootnode.stop())
      await bootnode.ready(within(60_000))
      const record = { discv5: { listen: '/ip4/127.0.0.1/udp/0', bootEnrs: [lodestar.record] } }
      // What opens tunnels to it, and reports nothing else.
      const upstream = await createNetwork({
        chain,
        ...tcp,
        enrs: [lodestar.record],
        crawl: true,
        allowPrivateAddresses: true,
      })
      stops.push(() => upstream.stop())
      const censor = await startCensor(upstream)
      stops.push(() => censor.stop())
      await censor.told()
      const tunnel = `${censor.addresses[0]}/lampara-tunnel${addressOf('/tcp/')}`
      const followers = await Promise.all([
        follow('TCP', tcp),
        follow('QUIC', { staticPeers: [addressOf('/quic-v1')] }),
        follow('its record', record),
        follow('a bootnode', { bootnodes: bootnode.addresses, transports: { only: ['websocket'] } }),
        follow('a tunnel', {
          bootnodes: censor.addresses,
          staticPeers: [tunnel],
          transports: { only: ['websocket', 'tunnel'] },
        }),
      ])
      const firstSlot = Math.max(...followers.map(({ slots }) => slots.at(-1)!)) + 1
      expect(firstSlot).toBeLessThan(startSlotOfEpoch(chain, FULU_EPOCH))
      const lastSlot = startSlotOfEpoch(chain, BLOB_EPOCH) + 6 + RUN_MS / SLOT_MS
      await untilSlot(lastSlot + 3)

      const due = published.filter((slot) => slot >= firstSlot && slot <= lastSlot)
      console.log(`published ${due.length} heads from slot ${firstSlot} to ${lastSlot}`)
      for (const { name, slots, peerId, disconnects } of followers) {
        const shown = new Set(slots)
        const missing = due.filter((slot) => !shown.has(slot))
        const view = await itsViewOf(lodestar, peerId).catch(() => undefined)
        console.log(
          `${name}: ${due.length - missing.length} shown, missing ${missing.join(' ') || 'none'}; ${JSON.stringify(view)}`,
        )
        expect.soft(missing, name).toEqual([])
        expect.soft(disconnects, name).toEqual([])
        if (view !== undefined) expect.soft(view, name).toMatchObject({ state: 'connected', behaviourPenalty: 0 })
      }
      const boundary = [FULU_EPOCH, BLOB_EPOCH].map((epoch) => startSlotOfEpoch(chain, epoch) - 1)
      expect(due).toEqual(expect.arrayContaining(boundary))
      // It publishes none where a period begins, and misses a slot on a busy machine.
      expect(due.length).toBeGreaterThan((lastSlot - firstSlot) * 0.9)
    },
    280_000 + RUN_MS,
  )
})

/** Resolves when it has a finalized block that it has a bootstrap of. */
async function untilFinalized(): Promise<void> {
  const { signal } = within(BOOTSTRAP_TIMEOUT_MS)
  for (;;) {
    signal.throwIfAborted()
    const header = await lodestar.get('/eth/v1/beacon/headers/finalized').catch(() => undefined)
    const { root, header: signed } = (header ?? {}) as { root?: string; header?: { message: { slot: string } } }
    if (Number(signed?.message.slot) > 0) {
      const bootstrap = await lodestar.get(`/eth/v1/beacon/light_client/bootstrap/${root}`).catch(() => undefined)
      if (bootstrap !== undefined) return
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

async function untilSlot(slot: number): Promise<void> {
  const waitMs = chain.genesisTimeMs + slot * SLOT_MS - Date.now()
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)))
}
