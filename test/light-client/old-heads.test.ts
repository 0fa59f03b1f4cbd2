import { expect, it, onTestFinished } from 'vitest'
import { slotStartMs, toHex } from '../../src/chain/index.ts'
import { startFollower } from '../../src/light-client/follower.ts'
import { optimisticUpdateOf } from '../../src/light-client/serving/convert-update.ts'
import type { NetworkEvent } from '../../src/network/types.ts'
import { headerRoot } from '../../src/ssz/index.ts'
import { createWorldClock } from '../adversary/fake-clock.ts'
import { createFakeNetwork } from '../adversary/fake-network.ts'
import { contextOf } from '../kit/verification/context.ts'
import { altairChain, bootstrapAt, members, updateBy } from '../kit/verification/synthetic.ts'

// Loaded on demand by the follower, which would take real time.
await import('../../src/light-client/gossip/follow-gossip.ts')

const chain = altairChain()
const signers = members(1)
const bootstrap = bootstrapAt(8, signers.committee)
const checkpoint = toHex(headerRoot(bootstrap.value.header.beacon))

it('a peer that answers with old heads alone is named, providers are asked again, and the gap is told', async () => {
  const clock = createWorldClock(slotStartMs(chain, 12))
  const events: NetworkEvent[] = []
  let renewals = 0
  const fake = createFakeNetwork(chain, clock, {
    onLocalStatus() {},
    onForwarded() {},
    onBanned: (peer) => expect.fail(`${peer.id} is banned`),
    onEvent: (event) => void events.push(event),
  })
  const old = optimisticUpdateOf(updateBy(chain, signers, { attested: 11 }))
  fake.connect({
    id: 'censor',
    path: 'censor',
    honest: false,
    roundTripMs: 10,
    answer: ({ protocol }) =>
      protocol === 'light_client_bootstrap'
        ? { chunks: [{ afterMs: 0, object: bootstrap }] }
        : protocol === 'light_client_optimistic_update'
          ? { chunks: [{ afterMs: 0, object: old }] }
          : { chunks: [], ends: 'resource_unavailable' },
  })
  const follower = startFollower({
    network: fake.network,
    context: contextOf(chain),
    start: checkpoint,
    renewCheckpoint: async () => {
      renewals++
      return checkpoint
    },
    minParticipation: 2 / 3,
    maxCheckpointAgeMs: chain.maxCheckpointAgeMs,
    stalledAfterSlots: 4,
  })
  onTestFinished(() => follower.stop())
  await clock.advance(20 * chain.slotDurationMs)
  expect(follower.statusNow()).toMatchObject({ state: 'stalled', optimistic: { slot: 11 } })
  expect(follower.statusNow().message).toContain('censor answers with slot 11')
  expect(renewals).toBe(0)
  await clock.advance(20 * chain.slotDurationMs)
  expect(renewals).toBe(1)
  expect(events.filter(({ type }) => type === 'gap')).toMatchObject([{ fromSlot: 9, toSlot: 10 }])
})
