import { createSlotClock, fromHex, type SlotClock } from '../../../src/chain/index.ts'
import { LamparaError } from '../../../src/errors/index.ts'
import { topics } from '../../../src/gossip/index.ts'
import { createNetwork } from '../../../src/network/index.ts'
import type { LocalStatus, Network } from '../../../src/network/types.ts'
import { protocols } from '../../../src/reqresp/index.ts'
import type { LightClientObject } from '../../../src/ssz/index.ts'
import { delay } from '../../../src/streams/abort.ts'
import type { Clock } from '../../../src/streams/clock.ts'
import { type DelayingProxy, startDelayingProxy } from '../../kit/delaying-proxy.ts'
import type { Behaviour } from '../behaviours.ts'
import type { Asked } from '../fake-reqresp.ts'
import type { HonestChain } from '../honest-chain.ts'

/** A beacon node of libp2p on TCP that answers and gossips as a behaviour has it. */
export interface WireNode {
  readonly peerId: string
  /** Its multiaddr, behind the proxy that delays it. */
  readonly address: string
  stop(): Promise<void>
}

/** What the node of a behaviour works with. */
export interface WireNodeOptions {
  readonly honest: HonestChain
  readonly behaviour: Behaviour
  readonly clock: Clock
  /** 0 for no proxy. */
  readonly roundTripMs: number
}

const served = [
  protocols.lightClientBootstrap,
  protocols.lightClientUpdatesByRange,
  protocols.lightClientFinalityUpdate,
  protocols.lightClientOptimisticUpdate,
]

/** The newest slot whose update nodes know by now. */
function knownSlot({ lastSlot }: HonestChain, slotClock: SlotClock, nowMs: number): number {
  const slot = slotClock.currentSlot()
  return Math.min(lastSlot, nowMs >= slotClock.syncMessageDueMs(slot) ? slot : slot - 1)
}

function statusAt(honest: HonestChain, atSlot: number): LocalStatus {
  const finality = honest.newest('finality_update', atSlot)
  const finalizedSlot = finality?.value.finalizedHeader.beacon.slot ?? 0
  let headSlot = atSlot
  while (headSlot > 0 && honest.slot(headSlot).block === undefined) headSlot--
  const { block } = honest.slot(headSlot)
  return {
    finalizedRoot: fromHex(honest.checkpoint(atSlot), 32),
    finalizedEpoch: Math.ceil(finalizedSlot / honest.chain.preset.slotsPerEpoch),
    headRoot: block === undefined ? new Uint8Array(32) : fromHex(block.root, 32),
    headSlot,
    earliestAvailableSlot: 0,
  }
}

/** Starts a node. It speaks the truth about its chain in Status, whatever it does otherwise. */
export async function startWireNode({ honest, behaviour, clock, roundTripMs }: WireNodeOptions): Promise<WireNode> {
  const { chain } = honest
  const stopping = new AbortController()
  const { signal } = stopping
  const slotClock = createSlotClock(chain, clock)
  const network = await createNetwork({ chain, clock, listen: ['/ip4/127.0.0.1/tcp/0'] })
  network.setStatus(statusAt(honest, knownSlot(honest, slotClock, clock.now())))
  for (const protocol of served) {
    network.reqresp.serve(
      protocol as never,
      async function* (request: unknown) {
        const asked = { protocol: protocol.name, request }
        yield* answerTo(asked, behaviour, knownSlot(honest, slotClock, clock.now()), clock, signal)
      } as never,
    )
  }
  for (const topic of [topics.lightClientFinalityUpdate, topics.lightClientOptimisticUpdate]) {
    network.gossip.validate(topic as never, () => 'ignore')
    network.gossip.subscribe(topic as never, { maxQueued: 1 })
  }
  const speaking = speak(honest, behaviour, network, slotClock, signal).catch((error) => {
    if (!signal.aborted) throw error
  })
  const [address = ''] = network.addresses
  const port = Number(/\/tcp\/(\d+)/.exec(address)?.[1])
  const proxy: DelayingProxy | undefined = roundTripMs > 0 ? await startDelayingProxy(port, roundTripMs) : undefined
  return {
    peerId: network.peerId,
    address: `/ip4/127.0.0.1/tcp/${proxy?.port ?? port}/p2p/${network.peerId}`,
    async stop() {
      stopping.abort()
      await speaking
      await network.stop()
      await proxy?.close()
    },
  }
}

async function* answerTo(
  asked: Asked,
  behaviour: Behaviour,
  atSlot: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<LightClientObject> {
  const { chunks, ends } = behaviour.answer(asked, atSlot)
  for (const { afterMs, object } of chunks) {
    if (afterMs > 0) await delay(afterMs, { clock, signal })
    yield object
  }
  if (ends === 'resource_unavailable') throw new LamparaError('resource_unavailable', 'Cannot serve it: not available')
}

/** Publishes in each slot what the behaviour says, until the signal aborts. */
async function speak(
  honest: HonestChain,
  behaviour: Behaviour,
  network: Network,
  slotClock: SlotClock,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = network
  for await (const slot of slotClock.slots({ signal })) {
    if (slot > honest.lastSlot) return
    const utterances = [...behaviour.gossip(slot)].sort((a, b) => a.afterMs - b.afterMs)
    for (const { afterMs, update } of utterances) {
      await delay(slotClock.slotStartMs(slot) + afterMs - clock.now(), { clock, signal })
      network.setStatus(statusAt(honest, knownSlot(honest, slotClock, clock.now())))
      const topic =
        update.kind === 'finality_update' ? topics.lightClientFinalityUpdate : topics.lightClientOptimisticUpdate
      // Nobody may be there yet, or it came from elsewhere before.
      await network.gossip.publish(topic as never, update as never).catch(() => {})
    }
  }
}
