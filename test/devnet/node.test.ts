import { afterEach, describe, expect, it } from 'vitest'
import { createSlotClock, slotAtMs, toHex } from '../../src/chain/index.ts'
import { createDevnet, type Devnet, type DevnetEvent, type MadeDevnetOptions } from '../../src/devnet/index.ts'
import { topics } from '../../src/gossip/index.ts'
import { createNetwork } from '../../src/network/index.ts'
import type { Network } from '../../src/network/types.ts'
import { protocols } from '../../src/reqresp/index.ts'
import { hashLightClientObject, headerRoot, type LightClientObject } from '../../src/ssz/index.ts'
import { createFakeClock, settle } from '../kit/fake-clock.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function start(options: MadeDevnetOptions = {}): Promise<Devnet> {
  const devnet = await createDevnet(options)
  stops.push(devnet.stop)
  return devnet
}

/** A node of nobody in particular, connected to the devnet. */
async function join(devnet: Devnet): Promise<{ network: Network; peer: string }> {
  const network = await createNetwork({ chain: devnet.chain, clock: devnet.clock })
  stops.push(network.stop)
  const { id } = await network.connect(devnet.addresses[0]!, { signal: AbortSignal.timeout(45_000) })
  return { network, peer: id }
}

/** Everything that was told so far, as it comes. */
function record(devnet: Devnet): DevnetEvent[] {
  const seen: DevnetEvent[] = []
  void (async () => {
    for await (const event of devnet.events()) seen.push(event)
  })().catch(() => {})
  return seen
}

/** Keeps asking until there is an answer: for what another thread of events brings about. */
async function until<T>(ask: () => T | undefined): Promise<T> {
  for (let turns = 0; turns < 10_000; turns++) {
    const answer = ask()
    if (answer !== undefined) return answer
    await settle()
  }
  throw new Error('It never came')
}

describe('a devnet under a clock of the test', () => {
  const genesis = 1_700_000_000_000

  it('has finality and a checkpoint with its bootstrap at once', async () => {
    const clock = createFakeClock(genesis)
    const devnet = await start({ clock, slotDurationMs: 1000 })
    // Four epochs of eight slots, and one more for the signature.
    expect(devnet.head().slot).toBe(33)
    expect(devnet.finalized()).toMatchObject({ slot: 16, fork: 'fulu' })
    expect(devnet.checkpoint()).toBe(devnet.finalized().root)
    const bootstrap = await devnet.data.bootstrap(devnet.checkpoint())
    expect(toHex(headerRoot(bootstrap!.value.header.beacon))).toBe(devnet.checkpoint())
    expect((await devnet.data.finalityUpdate())?.value.finalizedHeader.beacon.slot).toBe(16)
    expect(devnet.clockOffsetMs).toBe(0)
  })

  it('makes a slot each slot time, and publishes when its sync messages are due, never before', async () => {
    const clock = createFakeClock(genesis)
    const devnet = await start({ clock, slotDurationMs: 3000 })
    const seen = record(devnet)
    const slotClock = createSlotClock(devnet.chain, clock)
    const published = () => seen.filter((event) => event.type === 'published')
    await clock.advance(slotClock.slotStartMs(34) - clock.now())
    await until(() => seen.find((event) => event.type === 'slot' && event.slot === 34))
    const before = published().length
    await clock.advance(slotClock.syncMessageDueMs(34) - clock.now() - 1)
    await settle()
    expect(published().length).toBe(before)
    await clock.advance(1)
    const update = await until(() => published()[before])
    expect(update.object.value.signatureSlot).toBe(34)
    await clock.advance(3000 * 10)
    await until(() => seen.find((event) => event.type === 'slot' && event.slot === 44))
    expect(seen.flatMap((event) => (event.type === 'slot' ? [event.slot] : []))).toEqual(
      Array.from({ length: 11 }, (_, index) => 34 + index),
    )
    expect(seen).toContainEqual(expect.objectContaining({ type: 'finalized', epoch: 3 }))
    // Once for each step of finality, and once a slot for the head.
    const kinds = (kind: string) => published().filter(({ object }) => object.kind === kind)
    expect(kinds('finality_update').map(({ object }) => object.value.signatureSlot)).toEqual([34, 41])
    expect(new Set(kinds('optimistic_update').map(({ object }) => object.value.signatureSlot)).size).toBe(
      kinds('optimistic_update').length,
    )
  })

  it('makes up for a sleep, and publishes the newest only', async () => {
    const clock = createFakeClock(genesis)
    const devnet = await start({ clock, slotDurationMs: 1000 })
    await clock.advance(500)
    const seen = record(devnet)
    clock.set(clock.now() + 200_000)
    await clock.advance(2000)
    await until(() => (devnet.head().slot >= 233 ? true : undefined))
    expect(devnet.head().slot).toBe(slotAtMs(devnet.chain, clock.now()))
    const slots = seen.flatMap((event) => (event.type === 'slot' ? [event.slot] : []))
    expect(slots).toEqual(Array.from({ length: slots.length }, (_, index) => 34 + index))
    expect(seen.filter((event) => event.type === 'published').length).toBeLessThan(6)
  })

  it('says of each slot whether it was missed, and hands out each object that it makes', async () => {
    const clock = createFakeClock(genesis)
    const devnet = await start({ clock, slotDurationMs: 1000, missedSlots: [35], startSlot: 34 })
    const seen = record(devnet)
    const kinds: string[] = []
    const listening = (async () => {
      for await (const object of devnet.objects()) kinds.push(object.kind)
    })()
    await clock.advance(6500)
    await until(() => seen.find((event) => event.type === 'slot' && event.slot === 40))
    expect(seen.find((event) => event.type === 'slot' && event.slot === 35)).toMatchObject({ participants: 0 })
    expect(seen.find((event) => event.type === 'slot' && event.slot === 35)).not.toHaveProperty('block')
    await devnet.stop()
    await listening
    // Slots 36 to 40 bring three each, and slot 40 the bootstrap of epoch 3.
    expect(kinds.filter((kind) => kind === 'bootstrap')).toHaveLength(1)
    expect(kinds).toHaveLength(16)
  })
})

describe('a devnet as a beacon node over TCP', () => {
  it('answers the light-client methods, and refuses what it does not have', async () => {
    const devnet = await start({
      slotDurationMs: 2000,
      forks: { altair: 0, capella: 1, deneb: 2, fulu: 3 },
      startSlot: 140,
    })
    const { network, peer } = await join(devnet)
    const options = { peer, signal: AbortSignal.timeout(45_000) }
    const root = Uint8Array.from(Buffer.from(devnet.checkpoint().slice(2), 'hex'))
    const bootstrap = await network.reqresp.request(protocols.lightClientBootstrap, root, options).single()
    expect(toHex(headerRoot(bootstrap.value.header.beacon))).toBe(devnet.checkpoint())

    const range = { startPeriod: 0, count: 200 }
    const updates = await network.reqresp.request(protocols.lightClientUpdatesByRange, range, options).all()
    expect(updates).toHaveLength(3)
    const hash = (object: LightClientObject): string => toHex(hashLightClientObject(devnet.chain, object))
    expect(hash(updates[0]!)).toBe(hash((await devnet.data.update(0))!))
    const none = network.reqresp.request(protocols.lightClientUpdatesByRange, { startPeriod: 50, count: 5 }, options)
    expect(await none.all()).toEqual([])
    const farthest = { startPeriod: Number.MAX_SAFE_INTEGER, count: 5 }
    expect(await network.reqresp.request(protocols.lightClientUpdatesByRange, farthest, options).all()).toEqual([])

    const finality = await network.reqresp.request(protocols.lightClientFinalityUpdate, undefined, options).single()
    expect(finality.value.finalizedHeader.beacon.slot).toBeGreaterThanOrEqual(112)
    const optimistic = await network.reqresp.request(protocols.lightClientOptimisticUpdate, undefined, options).single()
    expect(optimistic.value.signatureSlot).toBeGreaterThanOrEqual(140)
    await expect(
      network.reqresp.request(protocols.lightClientBootstrap, new Uint8Array(32), options).single(),
    ).rejects.toMatchObject({ code: 'resource_unavailable' })
  })

  it('tells its chain view in Status, and keeps it current', async () => {
    const devnet = await start({ slotDurationMs: 1000 })
    const { network } = await join(devnet)
    const status = network.peers[0]?.status
    expect(status?.finalizedEpoch).toBe(2)
    expect(status?.finalizedRoot).toBe(devnet.checkpoint())
    expect(status?.headSlot).toBeGreaterThanOrEqual(33)
    for await (const event of devnet.events()) if (event.type === 'slot') break
    const later = (await join(devnet)).network.peers[0]?.status
    expect(later?.headSlot).toBeGreaterThan(status!.headSlot)
  })

  it('sends every update by gossip in its slot, across a fork, and forwards no forgery', {
    timeout: 60_000,
  }, async () => {
    // The fork comes a few slots after the start, so that topics rotate under way.
    const devnet = await start({ slotDurationMs: 1000, forks: { altair: 0, deneb: 0, electra: 5 } })
    const [liar, listener] = [await join(devnet), await join(devnet)]
    const signal = AbortSignal.timeout(50_000)
    const slotClock = createSlotClock(devnet.chain, devnet.clock)
    const updates = listener.network.gossip.subscribe(topics.lightClientOptimisticUpdate, { signal })
    const overheard = liar.network.gossip.subscribe(topics.lightClientOptimisticUpdate, { signal })
    await Promise.all([updates.ready({ signal }), overheard.ready({ signal })])

    // Of the same slot and at the right time, but for a header that nobody signed.
    const forge = (message: LightClientObject<'optimistic_update'>): typeof message => {
      const { attestedHeader } = message.value
      const beacon = { ...attestedHeader.beacon, proposerIndex: attestedHeader.beacon.proposerIndex ^ 1 }
      return { ...message, value: { ...message.value, attestedHeader: { ...attestedHeader, beacon } } }
    }
    const lying = (async () => {
      for await (const { message } of overheard) {
        await liar.network.gossip.publish(topics.lightClientOptimisticUpdate, forge(message)).catch(() => {})
      }
    })().catch(() => {})
    const lies: string[] = []
    void (async () => {
      const heard = devnet.network.gossip.subscribe(topics.lightClientOptimisticUpdate, {
        signal,
        includeIgnored: true,
      })
      for await (const { from } of heard) lies.push(from)
    })().catch(() => {})

    const slots: number[] = []
    const forks = new Set<string>()
    for await (const { message, receivedAtMs, from } of updates) {
      const { signatureSlot } = message.value
      expect(from).toBe(listener.peer)
      expect(receivedAtMs).toBeGreaterThanOrEqual(slotClock.syncMessageDueMs(signatureSlot))
      slots.push(signatureSlot)
      forks.add(message.fork)
      if (forks.size === 2 && slots.length >= 6) break
    }
    expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b))
    // They did arrive.
    expect(lies).toContain(liar.network.peerId)
    overheard.stop()
    await lying
  })
})

describe('the life of a devnet', () => {
  it('ends its iterations on stop(), which can be called twice at once and again', async () => {
    const devnet = await start({ slotDurationMs: 1000 })
    const events = (async () => {
      for await (const _ of devnet.events()) {
      }
    })()
    const { restUrl } = devnet
    await Promise.all([devnet.stop(), devnet.stop()])
    await events
    await devnet.stop()
    await expect(fetch(`${restUrl}/eth/v1/node/health`)).rejects.toThrow()
    expect(devnet.network.status.state).toBe('stopped')
    for await (const _ of devnet.objects()) expect.fail('it is over')
  })

  it('rejects an iteration with the reason of its signal, and goes on itself', async () => {
    const devnet = await start({ slotDurationMs: 1000 })
    const abort = new AbortController()
    const events = (async () => {
      for await (const _ of devnet.events({ signal: abort.signal })) {
      }
    })()
    abort.abort(new Error('enough'))
    await expect(events).rejects.toThrow('enough')
    expect((await fetch(`${devnet.restUrl}/eth/v1/node/health`)).status).toBe(200)
  })

  it('does not start under a signal that aborted, stops a start under way, and stops with its signal later', async () => {
    await expect(createDevnet({ signal: AbortSignal.abort(new Error('not today')) })).rejects.toThrow('not today')
    const early = new AbortController()
    const starting = createDevnet({ preset: 'mainnet', startSlot: 5000, signal: early.signal })
    setTimeout(() => early.abort(new Error('changed my mind')), 300)
    await expect(starting).rejects.toThrow('changed my mind')
    const later = new AbortController()
    const devnet = await start({ slotDurationMs: 1000, signal: later.signal })
    later.abort()
    await devnet.stop()
    expect(devnet.network.status.state).toBe('stopped')
  })

  it('releases its ports when the start fails', async () => {
    const first = await start({ slotDurationMs: 1000 })
    const restPort = Number(new URL(first.restUrl).port)
    await expect(createDevnet({ slotDurationMs: 1000, restPort })).rejects.toMatchObject({ code: 'invalid_argument' })
    const port = Number(first.addresses[0]!.split('/')[4])
    await expect(createDevnet({ slotDurationMs: 1000, port })).rejects.toMatchObject({ code: 'invalid_argument' })
    await first.stop()
    const again = await start({ slotDurationMs: 1000, port, restPort })
    expect(again.restUrl).toBe(first.restUrl)
  })

  it('ends, and says why in its iterations, when a rule of the caller throws', async () => {
    const clock = createFakeClock(1_700_000_000_000)
    const missedSlots = (slot: number): boolean => {
      if (slot > 35) throw new Error('no such slot')
      return false
    }
    const devnet = await start({ clock, slotDurationMs: 1000, missedSlots })
    const iteration = (async () => {
      for await (const _ of devnet.events()) {
      }
    })()
    await Promise.all([clock.advance(5000), expect(iteration).rejects.toThrow('no such slot')])
    await devnet.stop()
    expect(devnet.network.status.state).toBe('stopped')
  })

  it.each([
    { port: 65_536 },
    { port: -1 },
    { restPort: 70_000 },
    { restPort: 0.5 },
    { startSlot: -1 },
    { privateKey: new Uint8Array(31) },
    { clock: createFakeClock(0) },
  ])('refuses %o with `invalid_argument`', async (options) => {
    await expect(createDevnet({ slotDurationMs: 1000, ...options })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('has the identity of the private key that it was given', async () => {
    const privateKey = new Uint8Array(32).fill(7)
    const [first, second] = [
      await start({ privateKey, slotDurationMs: 1000 }),
      await start({ privateKey, slotDurationMs: 1000 }),
    ]
    expect(first.network.peerId).toBe(second.network.peerId)
  })
})
