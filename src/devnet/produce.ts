import { setImmediate } from 'node:timers/promises'
import type { SlotClock } from '../chain/index.ts'
import type { BeaconChain, ProducedSlot } from './beacon/beacon-chain.ts'

/** How many slots are made in one go before others get their turn. */
const SLOTS_AT_ONCE = 16

/**
 * Makes slots up to the one given, it included.
 *
 * @throws the signal's reason
 */
export async function produceUntil(
  beacon: BeaconChain,
  slot: number,
  onSlot: (produced: ProducedSlot) => void,
  signal: AbortSignal,
): Promise<void> {
  while (beacon.slot < slot) {
    if (beacon.slot % SLOTS_AT_ONCE === 0) await setImmediate()
    signal.throwIfAborted()
    onSlot(beacon.produceSlot())
  }
}

/** Makes each slot as it begins, and what a sleep left out; runs until the signal aborts. */
export async function produceByClock(
  beacon: BeaconChain,
  slotClock: SlotClock,
  onSlot: (produced: ProducedSlot) => void,
  signal: AbortSignal,
): Promise<void> {
  // Listening begins before catching up, so that no slot falls in between.
  const slots = slotClock.slots({ signal })[Symbol.asyncIterator]()
  await produceUntil(beacon, slotClock.currentSlot(), onSlot, signal)
  for (;;) {
    const next = await slots.next()
    if (next.done === true) return
    await produceUntil(beacon, next.value, onSlot, signal)
  }
}
