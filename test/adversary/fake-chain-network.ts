import { slotAtMs, slotStartMs } from '../../src/chain/index.ts'
import type { Bls } from '../../src/platform/bls.ts'
import { memoryStorage } from '../../src/platform/storage.ts'
import { seededRandom } from '../kit/seeded-random.ts'
import { type Behaviour, changingMind, honestBehaviour, lyingBehaviour } from './behaviours.ts'
import { startClient, type TestedClient } from './client.ts'
import { createWorldClock, type WorldClock } from './fake-clock.ts'
import { createFakeNetwork, type FakeNetwork } from './fake-network.ts'
import type { RemotePeer } from './fake-reqresp.ts'
import { type HonestChain, honestChain, SLOT_MS } from './honest-chain.ts'
import type { Schedule, ScheduledPeer } from './schedule.ts'
import { createStandInBls, standInSigner } from './stand-in-bls.ts'
import { createWitness, type Witness } from './witness.ts'

/** How long an honest peer must have been connected for the client to have the head, in slots. */
const GRACE_SLOTS = 24
/** How far the shown head may then be behind the newest that two thirds signed, in slots. */
export const LIVENESS_SLOTS = 4
/** When in a slot liveness is looked at: its update has reached everybody by then. */
const LOOK_AT = 0.95
/** Signature checks in one slot that each peer may cause, and those that the client needs itself. */
const CHECKS = { perPeer: 16, own: 16 }

/** What came of a schedule. */
export interface Outcome {
  /** What must not be: none, where all is well. */
  readonly violations: readonly string[]
  /** Slots in which liveness was due, and the longest delay of the shown head then. */
  readonly liveSlots: number
  readonly worstLag: number
  readonly signatureChecks: number
  readonly shownSlot: number
}

interface WorldPeer {
  readonly peer: RemotePeer
  readonly behaviour: Behaviour
  readonly scheduled: ScheduledPeer
  /** Since which slot it is connected. */
  sinceSlot: number | undefined
}

/** How signatures are made and checked in a world. */
export interface Cryptography {
  honest(shape: Schedule['shape']): Promise<HonestChain>
  bls(onVerify: () => void): Bls
}

export const standIn: Cryptography = {
  honest: (shape) => honestChain(shape, standInSigner),
  bls: createStandInBls,
}

/** Runs a client through a world, slot by slot, and says what went wrong. */
export async function runSchedule(schedule: Schedule, cryptography: Cryptography = standIn): Promise<Outcome> {
  const honest = await cryptography.honest(schedule.shape)
  const { chain } = honest
  const clock = createWorldClock(slotStartMs(chain, schedule.startSlot) + (schedule.seed % SLOT_MS))
  const currentSlot = (): number => slotAtMs(chain, clock.now())
  const witness = createWitness(honest, currentSlot)
  const fake = createFakeNetwork(chain, clock, witness)
  const peers = schedule.peers.map((scheduled, index) => createPeer(honest, scheduled, index, currentSlot))
  const checkpoint = honest.checkpoint(Math.max(32, schedule.startSlot - schedule.behindSlots))
  const storage = memoryStorage()
  const random = seededRandom(schedule.seed)
  let checks = 0
  let allChecks = 0
  const bls = cryptography.bls(() => void checks++)
  const start = (): Promise<TestedClient> =>
    startClient({
      network: fake.network,
      bls,
      checkpoint,
      storage,
      witness,
      random,
      minAgreement: schedule.minAgreement,
    })

  schedulePeers(peers, fake, clock, currentSlot)
  let client = await start()
  let since = schedule.startSlot
  let liveSlots = 0
  let worstLag = 0
  const lastSlot = Math.min(honest.lastSlot - 1, schedule.startSlot + schedule.slots)
  await clock.advance(0)
  for (let slot = schedule.startSlot; slot <= lastSlot && !clock.starved; slot++) {
    if (slot === schedule.startSlot + (schedule.restartAfterSlots ?? Number.NaN)) {
      const stopped = client.stop()
      await clock.advance(1)
      await stopped
      client = await start()
      since = slot
    }
    witness.beginSlot()
    checks = 0
    for (const { peer, behaviour } of peers) speak(clock, fake, chain.genesisTimeMs, slot, peer, behaviour)
    await clock.advance(slotStartMs(chain, slot) + LOOK_AT * SLOT_MS - clock.now())
    const longest = longestConnected(fake, peers, slot, since)
    const isDue = longest >= (schedule.graceSlots ?? GRACE_SLOTS)
    const lag = isDue ? honest.signedSlot(slot) - (witness.optimistic?.slot ?? 0) : undefined
    if (lag !== undefined) {
      liveSlots++
      worstLag = Math.max(worstLag, lag)
      mustLead(lag, witness, client)
    }
    if (checks > CHECKS.perPeer * peers.length + CHECKS.own) witness.note(`${checks} signature checks in one slot`)
    allChecks += checks
    await clock.advance(slotStartMs(chain, slot + 1) - clock.now())
  }
  if (clock.starved) witness.note('the event loop is starved')
  const stopped = client.stop()
  await clock.advance(1)
  await (clock.starved ? undefined : stopped)
  return {
    violations: witness.violations,
    liveSlots,
    worstLag,
    signatureChecks: allChecks,
    shownSlot: witness.optimistic?.slot ?? -1,
  }
}

function createPeer(
  honest: HonestChain,
  scheduled: ScheduledPeer,
  index: number,
  currentSlot: () => number,
): WorldPeer {
  const behaviour =
    scheduled.lies.length === 0
      ? honestBehaviour(honest)
      : changingMind(
          scheduled.lies.map((lie) => lyingBehaviour(honest, lie)),
          scheduled.changesAfterSlots,
        )
  const isHonest = scheduled.lies.length === 0
  const peer: RemotePeer = {
    id: `${isHonest ? 'honest' : 'liar'}-${index}`,
    path: `path-${scheduled.path}`,
    honest: isHonest,
    roundTripMs: scheduled.roundTripMs,
    // The update of the present slot is published a third into it: until then nodes know that of the slot before.
    answer: (asked) => behaviour.answer(asked, Math.min(honest.lastSlot, currentSlot() - 1)),
  }
  return { peer, behaviour, scheduled, sinceSlot: undefined }
}

function schedulePeers(
  peers: readonly WorldPeer[],
  fake: FakeNetwork,
  clock: WorldClock,
  currentSlot: () => number,
): void {
  for (const each of peers) {
    const { connectsAfterMs, away } = each.scheduled
    const connect = (): void => {
      if (fake.connect(each.peer)) each.sinceSlot = currentSlot()
    }
    clock.setTimer(connect, connectsAfterMs)
    if (away === undefined) continue
    const leave = (): void => {
      fake.disconnect(each.peer)
      each.sinceSlot = undefined
    }
    const leavesAfterMs = connectsAfterMs + away.fromSlot * SLOT_MS
    clock.setTimer(leave, leavesAfterMs)
    clock.setTimer(connect, leavesAfterMs + away.slots * SLOT_MS)
  }
}

function speak(
  clock: WorldClock,
  fake: FakeNetwork,
  genesisMs: number,
  slot: number,
  peer: RemotePeer,
  behaviour: Behaviour,
): void {
  for (const { afterMs, id, update } of behaviour.gossip(slot)) {
    const atMs = genesisMs + slot * SLOT_MS + afterMs + peer.roundTripMs / 2
    if (atMs >= clock.now()) clock.setTimer(() => fake.gossip(peer, id, update), atMs - clock.now())
  }
}

/** @returns for how many slots an honest peer has been connected, −1 where none is */
function longestConnected(fake: FakeNetwork, peers: readonly WorldPeer[], slot: number, clientSince: number): number {
  const durations = peers
    .filter(({ peer, sinceSlot }) => peer.honest && sinceSlot !== undefined && fake.isConnected(peer))
    .map(({ sinceSlot }) => slot - Math.max(sinceSlot!, clientSince))
  return Math.max(-1, ...durations)
}

function mustLead(lag: number, witness: Witness, { status }: TestedClient): void {
  const { state, message } = status
  if (lag > LIVENESS_SLOTS)
    witness.note(`an honest path is up, and the head is ${lag} slots behind (${state}: ${message})`)
}
