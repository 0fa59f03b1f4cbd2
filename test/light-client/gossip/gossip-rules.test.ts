import { describe, expect, it } from 'vitest'
import { createSlotClock, mainnet, slotStartMs } from '../../../src/chain/index.ts'
import {
  afterForwarding,
  isRepeated,
  isTooEarly,
  verdictAfterProcessing,
} from '../../../src/light-client/gossip/gossip-rules.ts'
import { finalityUpdateOf, optimisticUpdateOf } from '../../../src/light-client/serving/convert-update.ts'
import type { LightClientObject } from '../../../src/ssz/index.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { fixtures } from '../../kit/fixtures.ts'
import { readFolder } from '../../kit/verification/folders.ts'

const nothing = { finalized: undefined, optimistic: undefined }

describe.skipIf(!fixtures.available)('the gossip rules for light-client updates', () => {
  const updates = fixtures.available ? readFolder('colibri-electra-1600-1602').updates : []
  const [first, second] = updates as LightClientObject<'update'>[]
  const finality = first && finalityUpdateOf(first)
  const later = second && finalityUpdateOf(second)
  const optimistic = first && optimisticUpdateOf(first)

  /** The same update with so many signers left. */
  function signedBy(
    update: LightClientObject<'finality_update'>,
    signers: number,
  ): LightClientObject<'finality_update'> {
    const bits = update.value.syncAggregate.syncCommitteeBits.clone()
    for (const position of bits.getTrueBitIndexes().slice(signers)) bits.set(position, false)
    const syncAggregate = { ...update.value.syncAggregate, syncCommitteeBits: bits }
    return { ...update, value: { ...update.value, syncAggregate } }
  }

  it('hold an update back until a third of its signature slot has passed, less the clock disparity', () => {
    const slotClock = createSlotClock(mainnet, createFakeClock())
    const slotStart = slotStartMs(mainnet, finality!.value.signatureSlot)
    // 3333 basis points of 12 s are 3,999 ms, rounded down as the specification does; less 500 ms.
    expect(isTooEarly(finality!, slotClock, slotStart + 3_498)).toBe(true)
    expect(isTooEarly(finality!, slotClock, slotStart + 3_499)).toBe(false)
  })

  it('take a finality update once, and again only when the signers grew to a supermajority', () => {
    expect(isRepeated(finality!, {})).toBe(false)
    const weak = afterForwarding(signedBy(finality!, 100), {})
    expect(isRepeated(signedBy(finality!, 101), weak)).toBe(true)
    expect(isRepeated(finality!, weak)).toBe(false)
    // Two thirds of 512 are 341 and a third.
    const almost = afterForwarding(signedBy(finality!, 341), {})
    expect(isRepeated(signedBy(finality!, 342), almost)).toBe(false)
    expect(isRepeated(signedBy(finality!, 341), weak)).toBe(true)
    expect(isRepeated(finality!, afterForwarding(signedBy(finality!, 342), {}))).toBe(true)
    const strong = afterForwarding(finality!, weak)
    expect(isRepeated(finality!, strong)).toBe(true)
    expect(isRepeated(later!, strong)).toBe(false)
    expect(isRepeated(finality!, afterForwarding(later!, strong))).toBe(true)
  })

  it('take an optimistic update only for a newer attested header', () => {
    const forwarded = afterForwarding(optimistic!, {})
    expect(isRepeated(optimistic!, forwarded)).toBe(true)
    expect(isRepeated(optimisticUpdateOf(second!), forwarded)).toBe(false)
  })

  it('forward a finality update only where the store stands at the header that it finalizes', () => {
    const finalized = { header: finality!.value.finalizedHeader }
    expect(verdictAfterProcessing(finality!, { ...nothing, finalized }, {})).toBe('accept')
    expect(verdictAfterProcessing(finality!, nothing, {})).toBe('ignore')
    const newer = { header: later!.value.finalizedHeader }
    expect(verdictAfterProcessing(finality!, { ...nothing, finalized: newer }, {})).toBe('ignore')
  })

  it('forward an optimistic update that the store stands at, or that matches the finality update forwarded last', () => {
    const isHead = { ...nothing, optimistic: { header: optimistic!.value.attestedHeader } }
    expect(verdictAfterProcessing(optimistic!, isHead, {})).toBe('accept')
    expect(verdictAfterProcessing(optimistic!, nothing, {})).toBe('ignore')
    expect(verdictAfterProcessing(optimistic!, nothing, afterForwarding(finality!, {}))).toBe('accept')
    expect(verdictAfterProcessing(optimistic!, nothing, afterForwarding(later!, {}))).toBe('ignore')
    expect(verdictAfterProcessing(optimistic!, nothing, afterForwarding(signedBy(finality!, 400), {}))).toBe('ignore')
  })

  it('forward nothing that fewer than two thirds signed, though the store stands there', () => {
    const stands = { ...nothing, finalized: { header: finality!.value.finalizedHeader } }
    expect(verdictAfterProcessing(signedBy(finality!, 341), stands, {})).toBe('ignore')
    expect(verdictAfterProcessing(signedBy(finality!, 342), stands, {})).toBe('accept')
  })
})
