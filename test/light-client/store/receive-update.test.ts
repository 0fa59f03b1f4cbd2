import { describe, expect, it } from 'vitest'
import { createSlotClock, slotStartMs, toHex } from '../../../src/chain/index.ts'
import { createUpdateReceiver } from '../../../src/light-client/store/receive-update.ts'
import { createVerifiedStore } from '../../../src/light-client/store/verified-store.ts'
import { headerRoot } from '../../../src/ssz/index.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { contextOf } from '../../kit/verification/context.ts'
import { altairChain, bootstrapAt, members, size, updateBy } from '../../kit/verification/synthetic.ts'

const chain = altairChain()
const honest = members(1)
const attackers = members(100)
const twoThirds = Math.ceil((size * 2) / 3)
const signedBy = (count: number) => (position: number) => position < count

/** A receiver over a store that begins at slot 8, by a clock in slot 30. */
async function setUp({ minParticipation = 2 / 3, idle = Promise.resolve(), sumIsRight = true } = {}) {
  const clock = createFakeClock(slotStartMs(chain, 30))
  const stopping = new AbortController()
  const reports: string[] = []
  const weak: number[] = []
  const doubts: string[] = []
  const real = contextOf(chain)
  const committees = { ...real.committees, verifyAggregateKey: async () => sumIsRight }
  const verified = createVerifiedStore(
    { ...real, committees },
    { onChange() {}, onCommitteesChecked() {}, onForged: () => receiver.dropPenalties(), onConflict() {} },
    () => idle,
  )
  const receiver = createUpdateReceiver({
    verified,
    slotClock: createSlotClock(chain, clock),
    clock,
    minParticipation,
    signal: stopping.signal,
    report: (peer, penalty, reason) => void reports.push(`${peer} ${penalty} ${reason}`),
    onWeakHead: ({ header }) => void weak.push(header.beacon.slot),
    isVerified: () => false,
    onHeaders() {},
    onHead() {},
    onDoubt: () => void doubts.push('doubt'),
  })
  const bootstrap = bootstrapAt(8, honest.committee)
  await verified.bootstrap(toHex(headerRoot(bootstrap.value.header.beacon)), bootstrap)
  return { clock, verified, receiver, reports, weak, doubts, stopping }
}

const forged = (attested: number) => updateBy(chain, attackers, { attested })

describe('an update that a peer sends', () => {
  it('below two thirds is refused, and costs the peer nothing', async () => {
    const { verified, receiver, reports, weak } = await setUp()
    const update = updateBy(chain, honest, { attested: 20, signers: signedBy(twoThirds - 1) })
    await expect(receiver.receive(update, 'peer')).rejects.toMatchObject({ code: 'supermajority_missing' })
    expect(verified.optimistic?.header.beacon.slot).toBe(8)
    expect([reports, weak]).toEqual([[], []])
  })

  it('below two thirds is only shown where `minParticipation` allows it, once its signature is checked', async () => {
    const { verified, receiver, reports, weak } = await setUp({ minParticipation: 0.5 })
    const few = signedBy(twoThirds - 1)
    await receiver.receive(updateBy(chain, honest, { attested: 20, signers: few }), 'peer')
    await verified.whenCommitteesChecked()
    const lie = updateBy(chain, attackers, { attested: 21, signers: few })
    await expect(receiver.receive(lie, 'liar')).rejects.toMatchObject({ code: 'signature_invalid' })
    expect(weak).toEqual([20])
    expect(verified.optimistic?.header.beacon.slot).toBe(8)
    expect(reports).toEqual(['liar fatal signature_invalid'])
  })

  it('of one of the next two slots waits for its slot, and is processed then', async () => {
    const { clock, verified, receiver } = await setUp()
    const early = updateBy(chain, honest, { attested: 31 })
    await expect(receiver.receive(early, 'peer')).rejects.toMatchObject({ code: 'update_from_future' })
    const farther = updateBy(chain, honest, { attested: 33 })
    await expect(receiver.receive(farther, 'peer')).rejects.toMatchObject({ code: 'update_from_future' })
    await clock.advance(2 * chain.slotDurationMs)
    await verified.whenCommitteesChecked()
    expect(verified.optimistic?.header.beacon.slot).toBe(31)
    await clock.advance(10 * chain.slotDurationMs)
    await verified.whenCommitteesChecked()
    expect(verified.optimistic?.header.beacon.slot).toBe(31)
  })

  it('waits for its slot although another peer has sent many that wait', async () => {
    const { clock, verified, receiver } = await setUp()
    const junk = forged(31)
    for (let copy = 0; copy < 100; copy++) await receiver.receive({ ...junk }, 'flooder').catch(() => {})
    await receiver.receive(updateBy(chain, honest, { attested: 31 }), 'peer').catch(() => {})
    expect(clock.pending).toBe(5)
    await clock.advance(2 * chain.slotDurationMs)
    await verified.whenCommitteesChecked()
    expect(verified.optimistic?.header.beacon.slot).toBe(31)
  })

  it('waits no longer once the client stops', async () => {
    const { clock, receiver, stopping } = await setUp()
    await receiver.receive(updateBy(chain, honest, { attested: 31 }), 'peer').catch(() => {})
    stopping.abort()
    expect(clock.pending).toBe(0)
  })

  it('is not checked beyond eight a slot that bring no progress, by peer', async () => {
    const { clock, verified, receiver } = await setUp()
    await verified.whenCommitteesChecked()
    const codes: unknown[] = []
    const better = Array.from({ length: 10 }, (_, index) =>
      updateBy(chain, honest, { attested: 20, signers: signedBy(twoThirds + index) }),
    )
    for (const update of better) {
      codes.push(
        await receiver.receive(update, 'noisy').then(
          () => 'taken',
          ({ code }: { code: string }) => code,
        ),
      )
    }
    // The first one moved the head: it was progress.
    expect(codes).toEqual([...Array.from({ length: 9 }, () => 'taken'), 'queue_overflow'])
    await receiver.receive(updateBy(chain, honest, { attested: 21 }), 'other')
    expect(verified.optimistic?.header.beacon.slot).toBe(21)
    await clock.advance(chain.slotDurationMs)
    await receiver.receive(updateBy(chain, honest, { attested: 22 }), 'noisy')
    expect(verified.optimistic?.header.beacon.slot).toBe(22)
  })

  it('costs its sender nothing, and no check, where it is known or older', async () => {
    const { receiver, reports } = await setUp()
    const update = updateBy(chain, honest, { attested: 20 })
    await receiver.receive(update, 'peer')
    for (let index = 0; index < 20; index++) {
      await expect(receiver.receive(update, 'peer')).rejects.toMatchObject({ code: 'update_not_relevant' })
    }
    expect(reports).toEqual([])
  })
})

describe('a penalty for a wrong signature', () => {
  it('is imposed at once where the committee is checked', async () => {
    const { verified, receiver, reports } = await setUp()
    await verified.whenCommitteesChecked()
    await receiver.receive(forged(20), 'liar').catch(() => {})
    expect(reports).toEqual(['liar fatal signature_invalid'])
  })

  it('waits until the committee is checked, which it asks for', async () => {
    const idle = Promise.withResolvers<void>()
    const { verified, receiver, reports, doubts } = await setUp({ idle: idle.promise })
    await receiver.receive(forged(20), 'liar').catch(() => {})
    expect([reports, doubts]).toEqual([[], ['doubt']])
    idle.resolve()
    await verified.whenCommitteesChecked()
    await Promise.resolve()
    expect(reports).toEqual(['liar fatal signature_invalid'])
  })

  it('is dropped where the committee proves forged: it may have been an honest peer', async () => {
    const idle = Promise.withResolvers<void>()
    const { verified, receiver, reports } = await setUp({ idle: idle.promise, sumIsRight: false })
    await receiver.receive(forged(20), 'honest').catch(() => {})
    idle.resolve()
    await verified.whenCommitteesChecked()
    await Promise.resolve()
    expect(reports).toEqual([])
  })
})
