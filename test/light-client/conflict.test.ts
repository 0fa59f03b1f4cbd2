import { describe, expect, it, onTestFinished } from 'vitest'
import { slotStartMs, toHex } from '../../src/chain/index.ts'
import { startFollower } from '../../src/light-client/follower.ts'
import { optimisticUpdateOf } from '../../src/light-client/serving/convert-update.ts'
import type { NetworkEvent } from '../../src/network/types.ts'
import { headerRoot } from '../../src/ssz/index.ts'
import { createWorldClock } from '../adversary/fake-clock.ts'
import { createFakeNetwork } from '../adversary/fake-network.ts'
import type { RemotePeer } from '../adversary/fake-reqresp.ts'
import { contextOf } from '../kit/verification/context.ts'
import { altairChain, bootstrapAt, members, updateBy } from '../kit/verification/synthetic.ts'

// Loaded on demand by the follower, which would take real time.
await import('../../src/light-client/gossip/follow-gossip.ts')

const chain = altairChain()
const committee = members(1)
const bootstrap = bootstrapAt(8, committee.committee)
const checkpoint = toHex(headerRoot(bootstrap.value.header.beacon))

describe('a light client whose committee signs two chains', () => {
  it('stays with the head that it has, and reports both with their senders', async () => {
    const clock = createWorldClock(slotStartMs(chain, 10))
    const events: NetworkEvent[] = []
    const fake = createFakeNetwork(chain, clock, {
      onLocalStatus() {},
      onForwarded() {},
      onBanned: (peer) => expect.fail(`${peer.id} is banned`),
      onEvent: (event) => void events.push(event),
    })
    const peer = (id: string): RemotePeer => ({
      id,
      path: id,
      honest: true,
      roundTripMs: 10,
      answer: ({ protocol }) =>
        protocol === 'light_client_bootstrap'
          ? { chunks: [{ afterMs: 0, object: bootstrap }] }
          : { chunks: [], ends: 'resource_unavailable' },
    })
    const [first, second] = [peer('first'), peer('second')]
    for (const one of [first, second]) fake.connect(one)
    const follower = startFollower({
      network: fake.network,
      context: contextOf(chain),
      start: checkpoint,
      minParticipation: 2 / 3,
      maxCheckpointAgeMs: chain.maxCheckpointAgeMs,
      stalledAfterSlots: 4,
    })
    onTestFinished(() => follower.stop())
    await clock.advance(2 * chain.slotDurationMs)
    const shown = optimisticUpdateOf(updateBy(chain, committee, { attested: 10 }))
    const other = optimisticUpdateOf(updateBy(chain, committee, { attested: 10, next: members(40).committee }))
    fake.gossip(first, 'shown', shown)
    await clock.advance(100)
    fake.gossip(second, 'other', other)
    await clock.advance(100)
    fake.gossip(second, 'the same again', other)
    await clock.advance(100)

    const rootOf = ({ value }: typeof shown) => toHex(headerRoot(value.attestedHeader.beacon))
    const conflict = {
      kind: 'optimistic',
      known: { slot: 10, root: rootOf(shown), senders: ['first'] },
      other: { slot: 10, root: rootOf(other), senders: ['second'] },
    }
    expect(events.filter(({ type }) => type === 'conflict')).toEqual([{ type: 'conflict', ...conflict }])
    expect(follower.status.value.conflict).toEqual(conflict)
    expect(follower.heads.optimistic.value?.root).toBe(rootOf(shown))
  })
})
