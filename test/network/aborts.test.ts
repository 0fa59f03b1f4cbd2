import { Server } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { serveHttp } from '../../src/bootnode/http.ts'
import { createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { isLamparaError } from '../../src/errors/index.ts'
import { topics } from '../../src/gossip/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import type { LightClient } from '../../src/light-client/types.ts'
import { createNetwork } from '../../src/network/index.ts'
import { memoryStorage } from '../../src/platform/storage.ts'
import { failOnUnhandledRejections, listenersOn, until } from '../kit/leaks.ts'
import { cleanUpAfterEach, listenOn, startNetwork, testChain } from '../kit/network.ts'

failOnUnhandledRejections()
cleanUpAfterEach()
const chain = testChain()
const quickDevnet = { preset: 'minimal', slotDurationMs: 1_000, forks: { electra: 0 } } as const
const topic = topics.lightClientOptimisticUpdate

/** Sockets that this process has open, listening ones included. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length
}

/** Something that is started under a signal, and what ends it whether or not it was aborted. */
interface Trial {
  start(signal: AbortSignal): Promise<unknown>
  end(): Promise<unknown> | undefined
}

/** Lets so many microtasks run; beyond eighty, turns of the event loop. */
async function letRun(steps: number, isOver: () => boolean): Promise<void> {
  for (let step = 0; step < steps && !isOver(); step++) await (step < MICROTASKS ? undefined : setImmediate())
}

const MICROTASKS = 80

/**
 * Starts something and aborts it at once, then a little later, and so on, until it is over first. Each time it must
 * reject with the reason, or have come to its end, and leave neither sockets nor listeners.
 *
 * @returns how often the abort came in time
 */
async function atEveryTurn(prepare: () => Promise<Trial> | Trial): Promise<number> {
  const before = sockets()
  let inTime = 0
  for (let steps = 0; ; steps += steps < MICROTASKS ? 7 : 1 + Math.floor((steps - MICROTASKS) / 6)) {
    const { start, end } = await prepare()
    const caller = new AbortController()
    const reason = new Error(`step ${steps}`)
    let over = false
    const outcome = start(caller.signal)
      .catch((error: unknown) => error)
      .finally(() => {
        over = true
      })
    await letRun(steps, () => over)
    const early = !over
    caller.abort(reason)
    const result = await outcome
    if (result instanceof Error) {
      expect(result).toBe(reason)
      inTime++
    }
    await end()
    await until(
      () => sockets() <= before && listenersOn(caller.signal) === 0,
      () => `${sockets() - before} sockets and ${listenersOn(caller.signal)} listeners are left after step ${steps}`,
    )
    if (!early) return inTime
  }
}

/** A trial of what can be stopped. */
function running(create: (signal: AbortSignal) => Promise<{ stop(): Promise<void> }>): () => Trial {
  return () => {
    let created: { stop(): Promise<void> } | undefined
    return {
      async start(signal) {
        created = await create(signal)
      },
      end: () => created?.stop(),
    }
  }
}

describe('an abort, whenever it comes, leaves nothing of', () => {
  it('a network that starts', async () => {
    const storage = memoryStorage()
    const starting = running((signal) => createNetwork({ chain, storage, listen: listenOn.tcp, signal }))
    expect(await atEveryTurn(starting)).toBeGreaterThan(5)
  })

  it('a network whose storage does not answer', async () => {
    const storage = { ...memoryStorage(), get: () => new Promise<never>(() => {}) }
    const caller = new AbortController()
    const starting = createNetwork({ chain, storage, signal: caller.signal })
    await setImmediate()
    const reason = new Error('no longer wanted')
    caller.abort(reason)
    await expect(starting).rejects.toBe(reason)
  })

  it('a wait for a peer to connect, and blames nobody', async () => {
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const scores: number[] = []
    const watching = (async () => {
      for await (const { peer } of server.events(['peer:disconnected'])) scores.push(peer.score)
    })()
    const inTime = await atEveryTurn(async () => {
      const client = await createNetwork({ chain })
      return {
        start: (signal) => client.connect(server.addresses[0]!, { signal }),
        async end() {
          scores.push(...client.peers.map(({ score }) => score))
          await client.stop()
        },
      }
    })
    expect(inTime).toBeGreaterThan(5)
    await server.stop()
    await watching
    expect(new Set(scores)).toEqual(new Set([0]))
  })

  it('a subscription and of a wait until it is ready', async () => {
    const network = await startNetwork({ chain })
    const reason = new Error('no longer wanted')
    for (const turns of [0, 1, 2, 10]) {
      const [own, caller] = [new AbortController(), new AbortController()]
      const subscription = network.gossip.subscribe(topic, { signal: own.signal })
      const ready = [subscription.ready({ signal: caller.signal }), subscription.ready()]
      const next = subscription[Symbol.asyncIterator]().next()
      for (const wait of [...ready, next]) wait.catch(() => {})
      for (let turn = 0; turn < turns; turn++) await setImmediate()
      caller.abort(reason)
      await expect(ready[0]).rejects.toBe(reason)
      own.abort(reason)
      await expect(ready[1]).rejects.toBe(reason)
      await expect(next).rejects.toBe(reason)
      await expect(subscription.ready()).rejects.toBe(reason)
      expect([listenersOn(own.signal), listenersOn(caller.signal)]).toEqual([0, 0])
    }
  })

  it('a subscription whose network stops: iteration completes, and ready() rejects with `stopped`', async () => {
    const network = await startNetwork({ chain })
    const caller = new AbortController()
    const subscription = network.gossip.subscribe(topic, { signal: caller.signal })
    const ready = subscription.ready({ signal: caller.signal })
    const next = subscription[Symbol.asyncIterator]().next()
    ready.catch(() => {})
    await network.stop()
    await expect(ready).rejects.toMatchObject({ code: 'stopped' })
    await expect(next).resolves.toEqual({ done: true, value: undefined })
    expect(listenersOn(caller.signal)).toBe(0)
  })
})

describe('with a chain to follow, an abort, whenever it comes, leaves nothing of', { timeout: 40_000 }, () => {
  let devnet: Devnet
  beforeAll(async () => {
    devnet = await createDevnet(quickDevnet)
  })
  afterAll(() => devnet.stop())

  const follow = (signal?: AbortSignal) =>
    createLightClient({
      chain: devnet.chain,
      staticPeers: devnet.addresses,
      checkpoint: devnet.checkpoint(),
      ...(signal && { signal }),
    })

  it('a light client that starts, asks for its bootstrap and gets ready', async () => {
    const inTime = await atEveryTurn(
      running(async (signal) => {
        const client = await follow(signal)
        // This one wait ends with an error of its own: see below.
        await client.ready({ signal }).catch((error) => {
          throw isLamparaError(error, 'aborted') ? signal.reason : error
        })
        return client
      }),
    )
    expect(inTime).toBeGreaterThan(10)
    const [view] = devnet.network.peers
    expect(view?.score ?? 0).toBe(0)
  })

  it('a wait for a light client to get ready, which goes on by itself', async () => {
    const client = await follow()
    const caller = new AbortController()
    const ready = client.ready({ signal: caller.signal })
    const reason = new Error('no longer wanted')
    caller.abort(reason)
    await expect(ready).rejects.toMatchObject({ code: 'aborted', cause: reason, details: { state: 'connecting' } })
    expect(listenersOn(caller.signal)).toBe(0)
    await client.ready()
    await client.stop()
  })

  it('the heads that somebody watches: parked, left, thrown out of and stopped', async () => {
    const client = await follow()
    const first = await client.ready()
    const reason = new Error('no longer wanted')
    const caller = new AbortController()
    const seen: number[] = []
    const iterate = async (): Promise<void> => {
      for await (const { slot } of client.heads({ signal: caller.signal })) {
        seen.push(slot)
        queueMicrotask(() => caller.abort(reason))
      }
    }
    await expect(iterate()).rejects.toBe(reason)
    expect(seen).toEqual([expect.any(Number)])
    for await (const { slot } of client.heads()) {
      expect(slot).toBeGreaterThanOrEqual(first.slot)
      break
    }
    const parked = client.heads()[Symbol.asyncIterator]()
    await parked.next()
    const next = parked.next()
    await expect(parked.return!()).resolves.toMatchObject({ done: true })
    await expect(next).resolves.toMatchObject({ done: true })
    const stopped = client.heads()[Symbol.asyncIterator]()
    await stopped.next()
    const last = stopped.next()
    await client.stop()
    await expect(last).resolves.toMatchObject({ done: true })
    expect(listenersOn(caller.signal)).toBe(0)
  })

  it('a bootnode that starts', async () => {
    const { chain, addresses: upstream } = devnet
    const inTime = await atEveryTurn(
      running((signal) => createBootnode({ chain, upstream, checkpoint: devnet.checkpoint(), signal })),
    )
    expect(inTime).toBeGreaterThan(5)
  })

  it("the join document's server that starts", async () => {
    const sources = { joinDocument: () => undefined, ready: () => false }
    const inTime = await atEveryTurn(running((signal) => serveHttp(sources, { host: '127.0.0.1', port: 0, signal })))
    expect(inTime).toBeGreaterThan(0)
  })

  it('a devnet that starts', async () => {
    const inTime = await atEveryTurn(running((signal) => createDevnet({ ...quickDevnet, signal })))
    expect(inTime).toBeGreaterThan(5)
  })

  it('a devnet that starts, in the moment in which its server listens', async () => {
    const before = sockets()
    const emit = Server.prototype.emit
    for (let ticks = 0; ticks < 6; ticks++) {
      const caller = new AbortController()
      const reason = new Error(`microtask ${ticks}`)
      const told = vi.spyOn(Server.prototype, 'emit').mockImplementation(function (this: Server, ...args) {
        const heard = emit.apply(this, args)
        if (String(args[0]) === 'listening') void letRun(ticks, () => false).then(() => caller.abort(reason))
        return heard
      })
      const starting = createDevnet({ ...quickDevnet, startSlot: 1, signal: caller.signal })
      const started = await starting.catch((error: unknown) => error)
      if (started instanceof Error) expect(started).toBe(reason)
      told.mockRestore()
      await until(
        () => sockets() <= before && listenersOn(caller.signal) === 0,
        () => `${sockets() - before} sockets are left after microtask ${ticks}`,
      )
    }
  })

  it('a light client over a network that is there, at every microtask', async () => {
    const network = await startNetwork({ chain: devnet.chain, staticPeers: devnet.addresses })
    const checkpoint = devnet.checkpoint()
    for (let ticks = 0; ticks < 40; ticks++) {
      const caller = new AbortController()
      const reason = new Error(`microtask ${ticks}`)
      const creating = createLightClient({ chain: devnet.chain, network, checkpoint, signal: caller.signal })
      await letRun(ticks, () => false)
      caller.abort(reason)
      const created = await creating.catch((error: unknown) => error)
      if (created instanceof Error) expect(created).toBe(reason)
      else expect((created as LightClient).status.state).toBe('stopped')
    }
  })
})
