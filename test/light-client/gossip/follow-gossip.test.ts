import { describe, expect, it } from 'vitest'
import { createSlotClock, slotStartMs, toHex } from '../../../src/chain/index.ts'
import { lightClientFinalityUpdate, lightClientOptimisticUpdate } from '../../../src/gossip/index.ts'
import type { Gossip, GossipValidator, Topic, Verdict } from '../../../src/gossip/types.ts'
import { followGossip } from '../../../src/light-client/gossip/follow-gossip.ts'
import { finalityUpdateOf, optimisticUpdateOf } from '../../../src/light-client/serving/convert-update.ts'
import { createUpdateReceiver } from '../../../src/light-client/store/receive-update.ts'
import { createVerifiedStore } from '../../../src/light-client/store/verified-store.ts'
import { verdictOf } from '../../../src/light-client/verification/index.ts'
import { headerRoot, type LightClientObject } from '../../../src/ssz/index.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { contextOf } from '../../kit/verification/context.ts'
import { altairChain, bootstrapAt, members, size, updateBy } from '../../kit/verification/synthetic.ts'

type Gossiped = LightClientObject<'finality_update' | 'optimistic_update'>

const chain = altairChain()
const honest = members(1)
const attackers = members(100)
const twoThirds = Math.ceil((size * 2) / 3)
const slotClock = createSlotClock(chain, createFakeClock())
/** When an update of a slot is due: its sync messages were. */
const dueMs = (signatureSlot: number): number => slotClock.syncMessageDueMs(signatureSlot)

/** A client that has joined both topics, in slot 60, its store at slot 8. */
async function setUp() {
  const clock = createFakeClock(slotStartMs(chain, 60))
  const validators = new Map<string, GossipValidator<Gossiped>>()
  let checks = 0
  const real = contextOf(chain)
  const committees = {
    ...real.committees,
    verify: (...args: Parameters<typeof real.committees.verify>) => {
      checks++
      return real.committees.verify(...args)
    },
  }
  const verified = createVerifiedStore(
    { ...real, committees },
    { onChange() {}, onCommitteesChecked() {}, onForged() {}, onConflict() {} },
  )
  const receiver = createUpdateReceiver({
    verified,
    slotClock: createSlotClock(chain, clock),
    clock,
    minParticipation: 2 / 3,
    signal: new AbortController().signal,
    report() {},
    onWeakHead() {},
    isVerified: () => false,
    onHeaders() {},
    onHead() {},
    onDoubt() {},
  })
  const bootstrap = bootstrapAt(8, honest.committee)
  await verified.bootstrap(toHex(headerRoot(bootstrap.value.header.beacon)), bootstrap)
  await verified.whenCommitteesChecked()
  const gossip = {
    validate(topic: Topic<Gossiped>, validator: GossipValidator<Gossiped>) {
      validators.set(topic.name, validator)
      return () => {}
    },
    subscribe: () => ({ stop() {} }),
  } as unknown as Gossip
  followGossip({
    gossip,
    topics: [lightClientFinalityUpdate, lightClientOptimisticUpdate],
    verified,
    receiver,
    slotClock,
    verdictOf,
  })
  /** The verdict on an update that comes when it is due, unless said otherwise. */
  const arrives = async (update: Gossiped, receivedAtMs = dueMs(update.value.signatureSlot)): Promise<Verdict> => {
    const context = { from: 'peer', forkDigest: '0x00000000', fork: 'altair', receivedAtMs } as const
    return validators.get(`light_client_${update.kind}`)!(update, context)
  }
  return { verified, arrives, checks: () => checks }
}

const head = (attested: number, count = size) =>
  optimisticUpdateOf(updateBy(chain, honest, { attested, signers: (position) => position < count }))
const final = (attested: number, finalized: number) =>
  finalityUpdateOf(updateBy(chain, honest, { attested, finalized }))

describe('an optimistic update on gossip', () => {
  it('is forwarded where it is new, valid and timely', async () => {
    const { arrives } = await setUp()
    expect(await arrives(head(20))).toBe('accept')
    expect(await arrives(head(21))).toBe('accept')
  })

  it('is not forwarded before it is due, but processed; it is forwarded when it comes again in time', async () => {
    const { verified, arrives } = await setUp()
    expect(await arrives(head(20), dueMs(21) - 501)).toBe('ignore')
    expect(verified.optimistic?.header.beacon.slot).toBe(20)
    expect(await arrives(head(20), dueMs(21) - 500)).toBe('accept')
  })

  it('is not forwarded twice for one header, however many signed it', async () => {
    const { arrives } = await setUp()
    expect(await arrives(head(20, twoThirds))).toBe('accept')
    expect(await arrives(head(20))).toBe('ignore')
    expect(await arrives(head(19))).toBe('ignore')
  })

  it('is not forwarded where the store has a newer head by a request', async () => {
    const { verified, arrives } = await setUp()
    await verified.process(updateBy(chain, honest, { attested: 30 }), 60)
    expect(await arrives(head(20))).toBe('ignore')
  })

  it('is forwarded where the same header came by a request before, once its signature is checked', async () => {
    const { verified, arrives, checks } = await setUp()
    await verified.process(updateBy(chain, honest, { attested: 20 }), 60)
    expect(checks()).toBe(1)
    expect(await arrives(head(20))).toBe('accept')
    expect(checks()).toBe(2)
  })

  it('is forwarded where it matches the finality update that was forwarded last', async () => {
    const { verified, arrives } = await setUp()
    expect(await arrives(final(32, 16))).toBe('accept')
    await verified.process(updateBy(chain, honest, { attested: 33 }), 60)
    expect(await arrives(optimisticUpdateOf(final(32, 16)))).toBe('accept')
  })

  it('is ignored below two thirds, without blame and without a signature check', async () => {
    const { verified, arrives, checks } = await setUp()
    expect(await arrives(head(20, twoThirds - 1))).toBe('ignore')
    expect(verified.optimistic?.header.beacon.slot).toBe(8)
    expect(checks()).toBe(0)
  })

  it('is rejected under a signature that the committee did not make', async () => {
    const { arrives } = await setUp()
    expect(await arrives(optimisticUpdateOf(updateBy(chain, attackers, { attested: 20 })))).toBe('reject')
  })
})

describe('a finality update on gossip', () => {
  it('is forwarded where it advances finality, once', async () => {
    const { arrives } = await setUp()
    expect(await arrives(final(32, 16))).toBe('accept')
    expect(await arrives(final(33, 16))).toBe('ignore')
    expect(await arrives(final(42, 24))).toBe('accept')
  })

  it('is not forwarded where it moves the head alone', async () => {
    const { verified, arrives } = await setUp()
    await verified.process(updateBy(chain, honest, { attested: 42, finalized: 24 }), 60)
    expect(await arrives(final(43, 16))).toBe('ignore')
  })

  it('is not forwarded before it is due', async () => {
    const { arrives } = await setUp()
    expect(await arrives(final(32, 16), dueMs(33) - 501)).toBe('ignore')
    expect(await arrives(final(32, 16))).toBe('accept')
  })
})
