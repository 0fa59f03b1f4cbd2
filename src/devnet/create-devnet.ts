import { createSlotClock } from '../chain/index.ts'
import { createNetwork } from '../network/index.ts'
import { platform } from '../platform/node/index.ts'
import { onAbort } from '../streams/abort.ts'
import { attachAsyncDispose } from '../streams/attach-async-dispose.ts'
import type { ProducedSlot } from './beacon/beacon-chain.ts'
import { within } from './beacon/plan.ts'
import { discv5Options } from './discv5-options.ts'
import { describeBlock, emitSlotEvents } from './emit-slot-events.ts'
import { createEventHub } from './event-hub.ts'
import { cacheLocalEnr } from './local-enr.ts'
import { actAs } from './persona/act-as.ts'
import { createPublisher, type Publication } from './publish.ts'
import { eventRoutes } from './rest/event-routes.ts'
import { lightClientRoutes } from './rest/light-client-routes.ts'
import { nodeRoutes } from './rest/node-routes.ts'
import { createRouter } from './rest/route.ts'
import { serveRest } from './rest/server.ts'
import type { ServedHeader } from './served-chain.ts'
import { makeChain, replayChain } from './sources.ts'
import type { Devnet, DevnetBlock, DevnetOptions } from './types.ts'

const MAX_PORT = 65_535

/**
 * Starts a beacon chain of one's own, on this machine: signed blocks slot by slot, a beacon node that speaks for it on TCP,
 * and the Beacon API's light-client endpoints. With `replay`, recorded data instead, under a clock of its own.
 *
 * Resolves when it listens and its first slots are made. Everything listens on 127.0.0.1 only.
 *
 * @example
 * ```ts
 * // A node that answers as Lighthouse does: one update by range in ten seconds.
 * const devnet = await createDevnet({ persona: 'lighthouse', startSlot: 200 })
 * for await (const event of devnet.events()) if (event.type === 'refused') console.log(event.peer, event.method)
 * ```
 *
 * @throws LamparaError `invalid_argument` for an option out of bounds, an unknown persona or a port that is taken; `config_invalid`
 *   for a fork schedule that cannot be; `enr_invalid` for a record to begin with; `file_unreadable` for a recording without anything usable; the signal's reason
 */
export async function createDevnet(options: DevnetOptions = {}): Promise<Devnet> {
  const { signal } = options
  signal?.throwIfAborted()
  const port = within('port', options.port ?? 0, 0, MAX_PORT)
  const restPort = within('restPort', options.restPort ?? 0, 0, MAX_PORT)
  const discv5 = discv5Options(options.discv5)
  const stopping = new AbortController()
  const hub = createEventHub()
  const acting = actAs(options.persona ?? 'lampara', hub.emit)
  const endings: (() => unknown)[] = []
  let stopped: Promise<void> | undefined
  let failure: unknown

  function stop(): Promise<void> {
    stopped ??= (async () => {
      forgetSignal()
      stopping.abort()
      for (const end of endings.reverse()) await end()
      hub.end(failure)
    })()
    return stopped
  }

  // Aborting ends a start under way, too; it then throws the signal's reason.
  const forgetSignal = onAbort(signal, () => void stop())
  try {
    await platform.useFastHasher()
    const own = stopping.signal
    const source = await (options.replay === undefined ? makeChain(options, own) : replayChain(options, own))
    const { served, clock, clockOffsetMs } = source
    const { chain } = served
    const network = await createNetwork({
      chain,
      clock,
      listen: [`/ip4/127.0.0.1/tcp/${port}`],
      ...discv5,
      ...acting.networkOptions,
      ...(options.privateKey === undefined ? {} : { privateKey: options.privateKey }),
      signal: own,
    })
    endings.push(() => network.stop())
    network.setStatus(served.status())
    const { data, stop: stopServing } = acting.serve(network, served)
    endings.push(stopServing)
    const ownRecord = await cacheLocalEnr(network)
    const identity = () => ({
      peerId: network.peerId,
      addresses: network.addresses,
      record: ownRecord.text,
      clockOffsetMs,
    })
    const listen = (listening: AbortSignal) => hub.listen((event) => event, { signal: listening })
    const routes = [...lightClientRoutes(served), ...nodeRoutes(served, identity), ...eventRoutes(served, listen)]
    const rest = await serveRest(createRouter(routes), { port: restPort, signal: own })
    endings.push(rest.stop)

    const slotClock = createSlotClock(chain, clock)
    const publisher = createPublisher(network, served.data, slotClock, hub.emit, acting.persona.publishesUnder, own)
    const describe = (header: ServedHeader): DevnetBlock => describeBlock(chain, header)
    const onSlot = (produced: ProducedSlot): void => {
      network.setStatus(served.status())
      ownRecord.refresh()
      emitSlotEvents(produced, describe(served.finalized()), hub.emit)
    }
    // What a stop cuts off is no failure; anything else ends the devnet, and its iterations tell why.
    const fail = (error: unknown): void => {
      if (own.aborted) return
      failure = error
      void stop()
    }
    const publish = (publication: Publication): void => void publisher.publish(publication).catch(fail)
    const running = source.run(slotClock, onSlot, publish, own).catch(fail)
    endings.push(() => running)
    signal?.throwIfAborted()

    const devnet: Devnet = {
      chain,
      clock,
      clockOffsetMs,
      network,
      get addresses() {
        return network.addresses
      },
      get enr() {
        return ownRecord.text
      },
      restUrl: rest.url,
      data,
      skipped: source.skipped,
      checkpoint: served.checkpoint,
      head: () => describe(served.head()),
      finalized: () => describe(served.finalized()),
      events: (listening) => hub.listen((event) => event, listening),
      objects: (listening) => hub.listen((event) => (event.type === 'object' ? event.object : undefined), listening),
      stop,
    }
    return attachAsyncDispose(devnet)
  } catch (error) {
    await stop()
    signal?.throwIfAborted()
    throw error
  }
}
