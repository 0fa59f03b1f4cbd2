import { type Hex, toHex } from '../../src/chain/index.ts'
import type { VerifiedState } from '../../src/light-client/store/verified-state.ts'
import type { Head, LightClientStatus } from '../../src/light-client/types.ts'
import type { LocalStatus } from '../../src/network/types.ts'
import { headerRoot, type LightClientHeader, type LightClientObject } from '../../src/ssz/index.ts'
import type { SyncAggregate } from '../../src/ssz/light-client/light-client-values.ts'
import { type ClientWitness, STALLED_AFTER_SLOTS } from './client.ts'
import type { GossipedUpdate, NetworkWitness } from './fake-network.ts'
import type { HonestChain } from './honest-chain.ts'

/** More changes of the status within one slot come only from a loop. */
const MAX_STATUS_CHANGES = 400

/** Watches all that a client shows, persists, serves, announces and forwards, and notes what must not be. */
export interface Witness extends ClientWitness, NetworkWitness {
  readonly violations: readonly string[]
  readonly optimistic: Head | undefined
  readonly finalized: Head | undefined
  note(violation: string): void
  beginSlot(): void
}

/** @param currentSlot - of the honest chain */
export function createWitness(honest: HonestChain, currentSlot: () => number): Witness {
  const violations: string[] = []
  const heads: { optimistic?: Head | undefined; finalized?: Head | undefined } = {}
  let statusChanges = 0

  function note(violation: string): void {
    if (violations.length < 20) violations.push(`slot ${currentSlot()}: ${violation}`)
  }

  function mustBeHonest(what: string, root: Hex): void {
    if (!honest.contains(root)) note(`${what} is ${root}, a block that the honest chain does not contain`)
  }

  function mustBeFinal(what: string, root: Hex): void {
    const slot = honest.finalizedBySlot(root)
    if (slot === undefined) note(`${what} is ${root}, which the honest chain did not finalize`)
    else if (slot > currentSlot()) note(`${what} is ${root}, which is final only in slot ${slot}`)
  }

  function mustBeSigned(what: string, { syncCommitteeBits }: SyncAggregate): void {
    const { length } = syncCommitteeBits.getTrueBitIndexes()
    if (length * 3 < syncCommitteeBits.bitLen * 2) note(`${what} is signed by ${length} of ${syncCommitteeBits.bitLen}`)
  }

  function mustBeTrue(what: string, object: LightClientObject): void {
    if (object.kind === 'bootstrap') {
      mustBeFinal(`${what} bootstrap`, rootOf(object.value.header))
      return
    }
    mustBeSigned(what, object.value.syncAggregate)
    mustBeHonest(`${what} attested header`, rootOf(object.value.attestedHeader))
    const finalized = 'finalizedHeader' in object.value ? object.value.finalizedHeader : undefined
    if (finalized !== undefined && finalized.beacon.slot > 0) mustBeFinal(`${what} finalized header`, rootOf(finalized))
  }

  return {
    violations,
    note,
    get optimistic() {
      return heads.optimistic
    },
    get finalized() {
      return heads.finalized
    },
    beginSlot() {
      statusChanges = 0
    },
    onHead(kind, head) {
      heads[kind] = head
      if (head === undefined) return
      mustBeHonest(`the ${kind} head`, head.root)
      if (kind === 'finalized') mustBeFinal('the finalized head', head.root)
      if (head.participation < 2 / 3) note(`the ${kind} head of slot ${head.slot} has ${head.participation}`)
    },
    onStatus(status) {
      statusChanges++
      if (statusChanges === MAX_STATUS_CHANGES) note(`the status changed ${statusChanges} times in one slot`)
      mustTellTheTruth(status)
    },
    onVerified: (object) => mustBeTrue('served', object),
    onForwarded: (update: GossipedUpdate) => mustBeTrue('forwarded', update),
    onPersisted({ store, finalized }: VerifiedState) {
      mustBeFinal('the persisted header', rootOf(finalized.header))
      mustBeHonest('the persisted optimistic header', rootOf(store.optimisticHeader))
    },
    onLocalStatus(status: LocalStatus) {
      mustBeFinal('the announced finalized root', toHex(status.finalizedRoot))
      mustBeHonest('the announced head', toHex(status.headRoot))
    },
    onBanned(peer, reason) {
      if (peer.honest) note(`the honest peer ${peer.id} is banned: ${reason}`)
    },
    onEvent(event) {
      if ((event.type as string) === 'conflict') note(`a conflict is reported: ${JSON.stringify(event)}`)
    },
  }

  function mustTellTheTruth({ state, message, optimistic }: LightClientStatus): void {
    if (state === 'stalled' && message.length < 20) note(`stalled without a reason: ${message}`)
    if (state !== 'following') return
    const behind = currentSlot() - (optimistic?.slot ?? Number.NEGATIVE_INFINITY)
    if (behind > STALLED_AFTER_SLOTS) note(`the status says following, ${behind} slots behind`)
  }
}

function rootOf({ beacon }: LightClientHeader): Hex {
  return toHex(headerRoot(beacon))
}
