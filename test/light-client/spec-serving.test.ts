import { beforeEach, describe, expect, it } from 'vitest'
import { periodOfSlot, startSlotOfPeriod } from '../../src/chain/index.ts'
import { type LightClientDataSource, serveLightClientData } from '../../src/light-client/index.ts'
import { updatesByRange } from '../../src/light-client/serving/serve.ts'
import { createVerifiedData } from '../../src/light-client/serving/verified-data.ts'
import { protocols } from '../../src/reqresp/index.ts'
import { type LightClientObject, lightClientForkAtSlot, lightClientTypes } from '../../src/ssz/index.ts'
import { type BareNode, cleanUpAfterEach, listenOn, startBareNode, startNetwork, testChain } from '../kit/network.ts'

cleanUpAfterEach()
// Three hundred periods old.
const chain = testChain({ genesisTimeMs: Date.now() - 300 * 64 * 6_000 })

/** An update of zeros but for its slot, in a period. */
function updateIn(period: number): LightClientObject<'update'> {
  const slot = startSlotOfPeriod(chain, period) + 1
  const fork = lightClientForkAtSlot(chain, slot)
  const value = lightClientTypes(chain.preset)[fork].update.defaultValue()
  value.attestedHeader.beacon.slot = slot
  return { kind: 'update', fork, value } as LightClientObject<'update'>
}

/** Has the updates of periods 5 to 290 but for 12, and nothing else. */
const source: LightClientDataSource = {
  bootstrap: () => undefined,
  update: (period) => (period < 5 || period === 12 || period > 290 ? undefined : updateIn(period)),
  finalityUpdate: () => undefined,
  optimisticUpdate: () => undefined,
}

/** Has the updates of periods 200 to 230 but for 210: no more than a bootnode's, which keeps 128. */
const recent = createVerifiedData(chain)
for (let period = 200; period <= 230; period++) if (period !== 210) recent.add(updateIn(period))

let asker: BareNode
let peer: string
const serve = async (served: LightClientDataSource): Promise<void> => {
  const network = await startNetwork({ chain, listen: listenOn.tcp })
  serveLightClientData(network.reqresp, served)
  asker = await startBareNode(chain)
  await asker.greet(network.addresses[0]!)
  peer = network.peerId
}
beforeEach(() => serve(source))

/** The periods of the updates that come for a range. */
async function periodsOf(startPeriod: number, count: number): Promise<number[]> {
  const updates = await asker.reqresp
    .request(protocols.lightClientUpdatesByRange, { startPeriod, count }, { peer })
    .all()
  return updates.map(({ value }) => periodOfSlot(chain, value.attestedHeader.beacon.slot))
}

describe('a node that serves light-client data', () => {
  it('begins a range with the earliest update that it has, and goes on in order to the first gap', async () => {
    expect(await periodsOf(0, 40)).toEqual([5, 6, 7, 8, 9, 10, 11])
    expect(await periodsOf(289, 10)).toEqual([289, 290])
  })

  it('answers the earliest update that it has, however far the range begins before that', async () => {
    await serve(recent)
    expect(await periodsOf(0, 10_000)).toEqual([200, 201, 202, 203, 204, 205, 206, 207, 208, 209])
  })

  it('answers nothing from beyond a range', async () => {
    const within = async (start: number, count: number): Promise<number[]> => {
      const periods: number[] = []
      for await (const { value } of updatesByRange(recent, start, count)) {
        periods.push(periodOfSlot(chain, value.attestedHeader.beacon.slot))
      }
      return periods
    }
    expect(await within(0, 202)).toEqual([200, 201])
    expect(await within(0, 200)).toEqual([])
    expect(await within(210, 3)).toEqual([211, 212])
    expect(await within(231, 128)).toEqual([])
  })

  it('sends no more updates than were asked for, and never more than 128', async () => {
    expect(await periodsOf(20, 3)).toEqual([20, 21, 22])
    const most = await periodsOf(20, 10_000)
    expect([most.length, most[0], most.at(-1)]).toEqual([128, 20, 147])
  })

  it('answers with code 3 what it does not have', async () => {
    const unavailable = { code: 'resource_unavailable', details: { responseCode: 3 } }
    const { lightClientBootstrap, lightClientFinalityUpdate, lightClientOptimisticUpdate } = protocols
    const root = new Uint8Array(32).fill(7)
    await expect(asker.reqresp.request(lightClientBootstrap, root, { peer }).single()).rejects.toMatchObject(
      unavailable,
    )
    const finality = asker.reqresp.request(lightClientFinalityUpdate, undefined, { peer })
    await expect(finality.single()).rejects.toMatchObject(unavailable)
    const optimistic = asker.reqresp.request(lightClientOptimisticUpdate, undefined, { peer })
    await expect(optimistic.single()).rejects.toMatchObject(unavailable)
    expect(await periodsOf(0, 3)).toEqual([])
  })
})
