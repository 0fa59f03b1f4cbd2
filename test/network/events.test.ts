import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createNetworkOn } from '../../src/network/create-network-on.ts'
import { createEventHub } from '../../src/network/event-hub.ts'
import type { NetworkEvent } from '../../src/network/types.ts'
import type { CandidateSource } from '../../src/platform/candidate-source.ts'
import { platform } from '../../src/platform/node/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import {
  cleanUpAfterEach,
  genesisStatus,
  listenOn,
  nextEvent,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
} from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const local = { chain, allowPrivateAddresses: true } as const
const somebody = '16Uiu2HAm8u35SroiX4twGMzSViYFN31HphDhtKLsRr84PVSNdr9D'

/** A loopback address where nobody listens. */
async function deadAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return `/ip4/127.0.0.1/tcp/${port}`
}

/** A source that reports one peer, once it may. */
function sourceOf(peerId: string, addresses: readonly string[], may = Promise.resolve()): CandidateSource {
  return {
    name: 'mine',
    async *candidates() {
      await may
      yield { peerId, addresses }
    },
  }
}

describe('the events of a network', () => {
  it('a peer that a source reported: who, where, and by which source', async () => {
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const listening = Promise.withResolvers<void>()
    const sources = [sourceOf(server.peerId, server.addresses, listening.promise)]
    const client = await startNetwork({ ...local, peerSources: sources })
    const events = client.events(['peer:discovered', 'peer:connected'])
    listening.resolve()
    const iterator = events[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toEqual({
      type: 'peer:discovered',
      peerId: server.peerId,
      addresses: server.addresses,
      source: 'mine',
    })
    expect((await iterator.next()).value).toMatchObject({ type: 'peer:connected', peer: { id: server.peerId } })
  })

  it('a ban: of whom, why, and until when', async () => {
    const liar = await startBareNode(chain)
    const network = await startNetwork({ chain, staticPeers: [liar.address] })
    await untilPeers(network, 1)
    const banned = nextEvent(network.events(['peer:banned']))
    network.report(liar.peerId, 'fatal', 'forged header')
    const event = await banned
    expect(event).toMatchObject({ peerId: liar.peerId, reason: 'forged header' })
    expect(event.untilMs).toBeGreaterThan(network.clock.now())
  })

  it.each(['named', 'recruited'])('a dial of a %s peer that fails: where, and why', async (how) => {
    const dead = `${await deadAddress()}/p2p/${somebody}`
    const found = how === 'named' ? { staticPeers: [dead] } : { peerSources: [sourceOf(somebody, [dead])] }
    const network = await startNetwork({ ...local, ...found })
    const { address, error } = await nextEvent(network.events(['dial:failed']))
    expect(address).toBe(dead)
    expect(error.code).toBe('dial_failed')
    expect(error.message).toContain('ECONNREFUSED')
  })

  it.each(['named', 'recruited'])('a %s peer of another network', async (how) => {
    const foreign = await startBareNode(chain, { status: genesisStatus(chain, '0x01020304') })
    const found =
      how === 'named'
        ? { staticPeers: [foreign.address] }
        : { peerSources: [sourceOf(foreign.peerId, [foreign.address])] }
    const network = await startNetwork({ ...local, ...found })
    const { error } = await nextEvent(network.events(['dial:failed']))
    expect(error.code).toBe('irrelevant_network')
  })

  it('how its start went, half a minute after, once, with nobody to dial, too', async () => {
    const clock = createFakeClock(Date.now())
    const network = await createNetworkOn(platform, { chain, clock })
    const told: NetworkEvent[] = []
    const listening = (async () => {
      for await (const event of network.events(['bootstrap:completed'])) told.push(event)
    })()
    await clock.advance(29_999)
    expect(told).toEqual([])
    await clock.advance(1)
    const result = { type: 'bootstrap:completed', connected: false, peers: 0, tried: 0 }
    expect(told).toEqual([result])
    await clock.advance(120_000)
    const stopping = network.stop()
    await clock.advance(10_000)
    await stopping
    await listening
    expect(told).toEqual([result])
  })
})

describe('listening to events', () => {
  const banned = (peerId: string) => ({ type: 'peer:banned', peerId, reason: 'why', untilMs: 0 }) as const
  const found = (peerId: string) => ({ type: 'peer:discovered', peerId, addresses: [], source: 'mine' }) as const

  async function all(events: AsyncIterable<NetworkEvent>): Promise<NetworkEvent[]> {
    const seen: NetworkEvent[] = []
    for await (const event of events) seen.push(event)
    return seen
  }

  it('is to the types asked for, or to all', async () => {
    const hub = createEventHub()
    const some = hub.events(['peer:banned'])
    const every = hub.events()
    hub.emit(found('a'))
    hub.emit(banned('a'))
    hub.end()
    expect(await all(some)).toEqual([banned('a')])
    expect(await all(every)).toEqual([found('a'), banned('a')])
  })

  it('keeps the newest 256, or as many as were asked for, while nobody reads', async () => {
    const hub = createEventHub()
    const many = hub.events()
    const few = hub.events(['peer:banned'], { maxQueued: 2 })
    for (let n = 0; n < 300; n++) hub.emit(banned(`${n}`))
    hub.end()
    const kept = await all(many)
    expect(kept).toHaveLength(256)
    expect(kept[0]).toEqual(banned('44'))
    expect(await all(few)).toEqual([banned('298'), banned('299')])
  })

  it('ends with a break, and with its signal, whose reason it rejects with', async () => {
    const hub = createEventHub()
    const left = hub.events()
    hub.emit(banned('a'))
    const iterator = left[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toEqual(banned('a'))
    await iterator.return?.()
    hub.emit(banned('b'))
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    const leaving = new AbortController()
    const parked = all(hub.events([], { signal: leaving.signal }))
    leaving.abort(new Error('enough'))
    await expect(parked).rejects.toThrow('enough')
  })
})
