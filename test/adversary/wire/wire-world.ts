import { createBootnode } from '../../../src/bootnode/index.ts'
import { slotAtMs, slotStartMs } from '../../../src/chain/index.ts'
import { loadSigner } from '../../../src/devnet/beacon/state/signer.ts'
import { createLightClient } from '../../../src/light-client/index.ts'
import type { LightClient } from '../../../src/light-client/types.ts'
import { memoryStorage } from '../../../src/platform/storage.ts'
import { type Clock, offsetClock } from '../../../src/streams/clock.ts'
import { changingMind, honestBehaviour, lyingBehaviour } from '../behaviours.ts'
import { type HonestChain, honestChain } from '../honest-chain.ts'
import { type KnownAttack, liar } from '../known-attacks.ts'
import { createWitness, type Witness } from '../witness.ts'
import { startWireNode, type WireNode } from './node.ts'

/** Where the attacker stands, and what lies between it and the client. Round trips are of milliseconds. */
export interface Seat {
  readonly name: string
  readonly attackerMs: number
  /** Of the honest beacon nodes. */
  readonly honestMs: readonly number[]
  readonly bootnode?: boolean
  /** The client meets the attacker alone, is stopped, and starts on its storage with the honest ones there, too. */
  readonly restart?: boolean
}

/** The seat from which all of the attacks worked. */
export const quickest = 'as the quickest of four'

/** The attacker is the quickest by far where its round trip is 0: it alone has no proxy before it. */
export const seats: readonly Seat[] = [
  { name: 'as the lone peer', attackerMs: 0, honestMs: [] },
  { name: quickest, attackerMs: 0, honestMs: [40, 60, 80] },
  { name: 'in the middle of four', attackerMs: 30, honestMs: [10, 60, 80] },
  { name: 'as the slowest of four', attackerMs: 150, honestMs: [10, 20, 40] },
  { name: 'alone behind a bootnode', attackerMs: 0, honestMs: [], bootnode: true },
  { name: 'behind a bootnode with three honest nodes', attackerMs: 0, honestMs: [40, 60, 80], bootnode: true },
  { name: 'alone before a restart', attackerMs: 0, honestMs: [40, 60, 80], restart: true },
]

/** No light client of other networks knows slots this short: what lasts a minute there takes three seconds here. */
const SLOT_MS = 400
/** Slots with the attacker alone: more than it takes until a client would call itself stalled. */
const ALONE_SLOTS = 8
/** Heads in a row, each current when it is shown, that prove a client live. */
const HEADS_IN_A_ROW = 3
/** A slow machine may pass over one. */
const MAX_STEP_SLOTS = 2
const CURRENT_SLOTS = 2
/** A client that is not live by then never will be. */
const WITHIN_SLOTS = 50

/** Makes the chains of attacks: in the middle of a test that would hold everything up. */
export async function prepareChains(attacks: readonly KnownAttack[]): Promise<void> {
  const signer = await loadSigner()
  for (const { world } of attacks) await honestChain(world?.shape ?? 'steady', signer, SLOT_MS)
}

/** Runs a client against an attacker over TCP. @returns what must not be: none, where all is well */
export async function runOnTheWire(attack: KnownAttack, seat: Seat): Promise<readonly string[]> {
  const { shape = 'steady', startSlot = 240, behindSlots = 110 } = attack.world ?? {}
  const { slotMs = SLOT_MS } = attack.wire ?? {}
  const made = await honestChain(shape, await loadSigner(), SLOT_MS)
  const honest = { ...made, chain: { ...made.chain, slotDurationMs: slotMs } }
  const clock = offsetClock(slotStartMs(honest.chain, startSlot) - Date.now())
  const currentSlot = (): number => slotAtMs(honest.chain, clock.now())
  const witness = createWitness(honest, currentSlot)
  const checkpoint = honest.checkpoint(Math.max(32, startSlot - behindSlots))
  const world: World = { honest, clock, currentSlot, witness, checkpoint, stops: [], honestIds: new Set() }
  try {
    await run(world, attack, seat)
  } finally {
    for (const stop of world.stops.reverse()) await stop()
  }
  return witness.violations
}

interface World {
  readonly honest: HonestChain
  readonly clock: Clock
  readonly checkpoint: `0x${string}`
  readonly witness: Witness
  /** Of honest beacon nodes and bootnodes. */
  readonly honestIds: Set<string>
  readonly stops: (() => Promise<unknown>)[]
  currentSlot(): number
}

async function run(world: World, attack: KnownAttack, seat: Seat): Promise<void> {
  const storage = memoryStorage()
  const attacker = await startAttacker(world, attack, seat.attackerMs)
  if (seat.restart) {
    const first = await startClient(world, { staticPeers: [attacker.address], storage })
    await untilSlot(world, world.currentSlot() + ALONE_SLOTS)
    await first.stop()
  }
  const others = await Promise.all(seat.honestMs.map((roundTripMs) => startHonest(world, roundTripMs)))
  const addresses = [attacker, ...others].map(({ address }) => address)
  const client = seat.bootnode
    ? await startBehindBootnode(world, addresses)
    : await startClient(world, { staticPeers: addresses, storage })
  if (others.length > 0) return mustBecomeLive(world, client, attack.wire ?? {})
  await untilSlot(world, world.currentSlot() + ALONE_SLOTS)
}

async function startAttacker(world: World, { kinds, lie }: KnownAttack, roundTripMs: number): Promise<WireNode> {
  const { honest, clock } = world
  const { lies, changesAfterSlots } = liar(kinds, roundTripMs, lie)
  const behaviours = lies.map((each) => lyingBehaviour(honest, each))
  const behaviour = lies.length > 0 ? changingMind(behaviours, changesAfterSlots) : honestBehaviour(honest)
  return started(world, await startWireNode({ honest, clock, behaviour, roundTripMs }))
}

async function startHonest(world: World, roundTripMs: number): Promise<WireNode> {
  const { honest, clock } = world
  const node = await startWireNode({ honest, clock, behaviour: honestBehaviour(honest), roundTripMs })
  world.honestIds.add(node.peerId)
  return started(world, node)
}

function started<T extends { stop(): Promise<unknown> }>(world: World, what: T): T {
  world.stops.push(() => what.stop())
  return what
}

async function startClient(
  world: World,
  by: { staticPeers?: readonly string[]; bootnodes?: readonly string[]; storage?: ReturnType<typeof memoryStorage> },
): Promise<LightClient> {
  const { chain } = world.honest
  const client = await createLightClient({ chain, clock: world.clock, checkpoint: world.checkpoint, ...by })
  witnessed(world, client, true)
  return started(world, client)
}

async function startBehindBootnode(world: World, upstream: readonly string[]): Promise<LightClient> {
  const { honest, clock, checkpoint } = world
  const bootnode = started(world, await createBootnode({ chain: honest.chain, clock, upstream, checkpoint }))
  witnessed(world, bootnode.client, false)
  world.honestIds.add(bootnode.downstream.peerId)
  // It serves what it has verified: who asks before that is refused, and asks again after seconds only.
  const ready = bootnode.ready().catch(() => {})
  await (upstream.length > 1 ? ready : Promise.race([ready, untilSlot(world, world.currentSlot() + ALONE_SLOTS)]))
  return startClient(world, { bootnodes: bootnode.addresses })
}

/** Has the witness look at all that a client lets out. */
function witnessed({ witness, currentSlot, honestIds }: World, client: LightClient, shown: boolean): void {
  let slot = currentSlot()
  client.watchStatus((status) => {
    if (slot !== currentSlot()) witness.beginSlot()
    slot = currentSlot()
    witness.onStatus(status)
    if (shown) witness.onHead('finalized', status.finalized)
    if (shown) witness.onHead('optimistic', status.optimistic)
  })
  client.watchVerified(witness.onVerified)
  client.ready().then(
    ({ slot }) => {
      if (currentSlot() - slot > 4) witness.note(`ready() resolves with the head of slot ${slot}`)
    },
    () => {},
  )
  void (async () => {
    for await (const event of client.network.events(['peer:banned', 'conflict'])) {
      if (event.type === 'conflict') witness.note(`a conflict is reported: ${JSON.stringify(event)}`)
      else if (honestIds.has(event.peerId)) witness.note(`an honest peer is banned: ${event.reason}`)
    }
  })()
}

/** Resolves when a slot has begun. Not by the clock's timers: they let the process end. */
function untilSlot({ honest, clock }: World, slot: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, slotStartMs(honest.chain, slot) - clock.now()))
}

/** Resolves when some current heads were shown in a row, the last one of a slot or later. */
async function mustBecomeLive(
  world: World,
  client: LightClient,
  { leastSlot = 0, withinSlots = WITHIN_SLOTS }: NonNullable<KnownAttack['wire']>,
): Promise<void> {
  const { witness, currentSlot, honest } = world
  const signal = AbortSignal.timeout(withinSlots * honest.chain.slotDurationMs)
  const row: number[] = []
  try {
    for await (const { slot } of client.heads({ signal })) {
      if (slot - (row.at(-1) ?? 0) > MAX_STEP_SLOTS || currentSlot() - slot > CURRENT_SLOTS) row.length = 0
      row.push(slot)
      if (
        row.length >= (withinSlots < WITHIN_SLOTS ? 1 : HEADS_IN_A_ROW) &&
        slot >= leastSlot &&
        client.status.state === 'following'
      )
        return
    }
  } catch (error) {
    if (!signal.aborted) throw error
    const { state, message, optimistic } = client.status
    witness.note(`not live after ${withinSlots} slots: the head is ${optimistic?.slot} (${state}: ${message})`)
  }
}
