import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hoodi, mainnet, sepolia } from '../../../src/chain/index.ts'
import { LamparaError } from '../../../src/errors/index.ts'
import { queueOptionsOf } from '../../../src/reqresp/limits/outbound-rate-limit.ts'
import { protocols } from '../../../src/reqresp/protocols/protocols.ts'
import { networkMessages } from '../../../src/ssz/index.ts'
import { createFakeClock, type FakeClock, settle } from '../../kit/fake-clock.ts'
import { until } from '../../kit/leaks.ts'
import { createReqRespPair, objectAtSlot, type ReqRespPair, testChain } from '../../kit/reqresp-pair.ts'

/** What real nodes tolerate of one peer (reference: LS bans, LH delays), as milliseconds from request to request. */
const borne = [
  ['light_client_bootstrap', protocols.lightClientBootstrap, 15_000, 10_000],
  ['light_client_updates_by_range', protocols.lightClientUpdatesByRange, 15_000, 10_000],
  ['light_client_finality_update', protocols.lightClientFinalityUpdate, 12_000, 12_000],
  ['light_client_optimistic_update', protocols.lightClientOptimisticUpdate, 12_000, 12_000],
  ['status', protocols.status, 60_000, 3_000],
] as const

describe('requests to one peer', () => {
  it.each(borne)(
    'of %s go out no more often than beacon nodes tolerate, on each public chain',
    (_, protocol, everyMs) => {
      for (const chain of [mainnet, sepolia, hoodi, { ...testChain, slotDurationMs: 5_000 }]) {
        const { rateLimit } = queueOptionsOf(protocol, chain, {})
        expect(rateLimit).toEqual({ tokens: 2, windowMs: 2 * everyMs })
      }
    },
  )

  it.each(borne)('of %s never exceed quotas in seconds, however short the slots', (_, protocol, everyMs, leastMs) => {
    for (const slotDurationMs of [4_999, 4_000, 1_200, 400, 50]) {
      const { rateLimit } = queueOptionsOf(protocol, { ...testChain, slotDurationMs }, {})
      expect(rateLimit!.tokens).toBe(2)
      expect(rateLimit!.windowMs).toBe(2 * Math.max(leastMs, (everyMs * slotDurationMs) / 12_000))
    }
  })

  it('of light-client data are one at a time', () => {
    for (const [name, protocol] of borne)
      expect(queueOptionsOf(protocol, mainnet, {}).maxActive).toBe(name === 'status' ? undefined : 1)
  })
})

describe('over the wire', () => {
  let clock: FakeClock
  let pair: ReqRespPair
  beforeAll(async () => {
    clock = createFakeClock()
    pair = await createReqRespPair({ clock, paced: true })
  })
  afterAll(() => pair.stop())

  it('a request beyond the pace waits for its turn, and is answered then', async () => {
    const update = objectAtSlot('finality_update', 60 * 8)
    let served = 0
    pair.responder.serve(protocols.lightClientFinalityUpdate, function* () {
      served++
      yield update
    })
    const ask = () => pair.asker.request(protocols.lightClientFinalityUpdate, undefined, { peer: pair.peer }).single()
    await ask()
    await ask()
    const third = ask()
    await settle()
    expect(served).toBe(2)
    await clock.advance(12_000)
    await expect(third).resolves.toEqual(update)
    expect(served).toBe(3)
  })

  it('a request that ignores the pace does not wait', async () => {
    pair.responder.serve(protocols.status, function* (status) {
      yield status
    })
    const status = networkMessages.statusV2.defaultValue()
    const ask = () => pair.asker.request(protocols.status, status, { peer: pair.peer, skipRateLimit: true }).single()
    for (let i = 0; i < 4; i++) await ask()
    const heeding = pair.asker.request(protocols.status, status, { peer: pair.peer })
    let answered = false
    heeding.single().then(
      () => {
        answered = true
      },
      () => {},
    )
    await settle()
    expect(answered).toBe(false)
    await clock.advance(60_000)
    await until(
      () => answered,
      () => 'the turn never came',
    )
  })

  it('a peer that limits its rate is asked less and less often, and as usual once it answers', async () => {
    const update = objectAtSlot('optimistic_update', 60 * 8)
    const askedAtMs: number[] = []
    let refusals = 3
    pair.responder.serve(protocols.lightClientOptimisticUpdate, function* () {
      askedAtMs.push(clock.now())
      if (refusals-- > 0) throw new LamparaError('resource_unavailable', 'rate limited')
      yield update
    })
    const ask = () => pair.asker.request(protocols.lightClientOptimisticUpdate, undefined, { peer: pair.peer }).single()
    await clock.advance(60_000)
    const startMs = clock.now()
    for (const waitMs of [0, 10_000, 20_000]) {
      const failing = expect(ask()).rejects.toMatchObject({ code: 'rate_limited' })
      await settle()
      await clock.advance(waitMs)
      await failing
    }
    const answered = ask()
    await settle()
    await clock.advance(40_000)
    await expect(answered).resolves.toEqual(update)
    expect(askedAtMs.map((atMs) => atMs - startMs)).toEqual([0, 10_000, 30_000, 70_000])
    await expect(ask()).resolves.toEqual(update)
    expect(pair.penalties).toEqual([])
  })

  it('a quota of two in twelve seconds is never exceeded on a chain of short slots', async () => {
    const own = createFakeClock()
    const quick = await createReqRespPair({ clock: own, paced: true, chain: { ...testChain, slotDurationMs: 400 } })
    const update = objectAtSlot('finality_update', 60 * 8)
    const askedAtMs: number[] = []
    quick.responder.serve(protocols.lightClientFinalityUpdate, function* () {
      askedAtMs.push(own.now())
      yield update
    })
    const asked = Array.from({ length: 6 }, () =>
      quick.asker.request(protocols.lightClientFinalityUpdate, undefined, { peer: quick.peer }).single(),
    )
    for (const one of asked) {
      const answered = one.then(() => true)
      while (!(await Promise.race([answered, settle().then(() => false)]))) await own.advance(400)
    }
    await quick.stop()
    for (const atMs of askedAtMs) {
      expect(askedAtMs.filter((other) => other >= atMs && other < atMs + 12_000).length).toBeLessThanOrEqual(2)
    }
  })
})
