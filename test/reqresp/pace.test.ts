import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hoodi, mainnet, sepolia } from '../../src/chain/index.ts'
import { turnOf } from '../../src/reqresp/pace.ts'
import { protocols } from '../../src/reqresp/protocols.ts'
import { networkMessages } from '../../src/ssz/index.ts'
import { createFakeClock, type FakeClock, settle } from '../support/fake-clock.ts'
import { until } from '../support/leaks.ts'
import { createReqRespPair, objectAtSlot, type ReqRespPair, testChain } from '../support/reqresp-pair.ts'

/** What real nodes bear of one peer (reference: LS bans, LH delays), as milliseconds from request to request. */
const borne = [
  ['light_client_bootstrap', protocols.lightClientBootstrap, 15_000],
  ['light_client_updates_by_range', protocols.lightClientUpdatesByRange, 15_000],
  ['light_client_finality_update', protocols.lightClientFinalityUpdate, 12_000],
  ['light_client_optimistic_update', protocols.lightClientOptimisticUpdate, 12_000],
  ['status', protocols.status, 60_000],
] as const

describe('requests to one peer', () => {
  it.each(borne)('of %s go out no more often than beacon nodes bear, on each public chain', (_, protocol, everyMs) => {
    for (const chain of [mainnet, sepolia, hoodi, { ...testChain, slotDurationMs: 5_000 }]) {
      const { pace } = turnOf(protocol, chain, {})
      expect(pace).toEqual({ tokens: 2, windowMs: 2 * everyMs })
    }
  })

  it.each(borne)('of %s go by the slots on a devnet that is quicker than any public chain', (_, protocol, everyMs) => {
    const { pace } = turnOf(protocol, { ...testChain, slotDurationMs: 1_200 }, {})
    expect(pace).toEqual({ tokens: 2, windowMs: (2 * everyMs) / 10 })
  })

  it('of light-client data are one at a time', () => {
    for (const [name, protocol] of borne)
      expect(turnOf(protocol, mainnet, {}).maxActive).toBe(name === 'status' ? undefined : 1)
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
    const ask = () => pair.asker.request(protocols.status, status, { peer: pair.peer, ignorePace: true }).single()
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
})
