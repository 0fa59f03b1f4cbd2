import { describe, expect, it } from 'vitest'
import {
  createChain,
  type ForkName,
  forkDigestAtEpoch,
  forkNames,
  slotStartMs,
  startSlotOfEpoch,
} from '../../src/chain/index.ts'
import { topics } from '../../src/gossip/index.ts'
import { serveLightClientData } from '../../src/light-client/index.ts'
import { protocols } from '../../src/reqresp/index.ts'
import { lightClientForkOf, lightClientTypes } from '../../src/ssz/index.ts'
import { topicString } from '../../src/wire/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import { take, until } from '../kit/gossip.ts'
import {
  cleanUpAfterEach,
  genesisStatus,
  listenOn,
  startBareNode,
  startNetwork,
  untilPeers,
  updateAt,
} from '../kit/network.ts'

cleanUpAfterEach()
/** Bellatrix comes with epoch 10, and every ten epochs the next fork. Slots are short, so that no other timer falls due. */
const forks = forkNames.slice(2)
const epochOf = (fork: ForkName): number => forkNames.indexOf(fork) * 10 - 10
const chain = {
  ...createChain(
    {
      PRESET_BASE: 'minimal',
      CONFIG_NAME: 'every-fork',
      SECONDS_PER_SLOT: 6,
      GENESIS_FORK_VERSION: '0x00000001',
      ...Object.fromEntries(
        forkNames.slice(1).flatMap((name, i) => [
          [`${name.toUpperCase()}_FORK_VERSION`, `0x0${i + 1}000001`],
          [`${name.toUpperCase()}_FORK_EPOCH`, epochOf(name)],
        ]),
      ),
      MAX_BLOBS_PER_BLOCK_ELECTRA: 9,
    },
    { genesisValidatorsRoot: `0x${'42'.repeat(32)}`, genesisTime: 1_700_000_000 },
  ),
  slotDurationMs: 150,
}
const topic = topics.lightClientOptimisticUpdate
const optimistic = (slot: number) => updateAt(chain, 'optimistic_update', slot)
const clockAt = (epoch: number) => createFakeClock(slotStartMs(chain, startSlotOfEpoch(chain, epoch)))

describe.each(forks)('%s', (fork) => {
  const epoch = epochOf(fork)
  const digests = [forkDigestAtEpoch(chain, epoch - 1), forkDigestAtEpoch(chain, epoch)] as const

  it('has its topics joined an epoch before it, and those before it left two epochs after', async () => {
    const clock = clockAt(epoch - 2)
    const network = await startNetwork({ chain, clock, listen: listenOn.tcp })
    const peer = await startBareNode(chain, { status: genesisStatus(chain, digests[0]) })
    network.gossip.subscribe(topic)
    await peer.greet(network.addresses[0]!)
    const { pubsub } = peer.libp2p.services
    const joined = (): string =>
      digests.map((digest) => pubsub.getSubscribers(topicString(digest, topic.name)).length).join('')
    for (const expected of ['10', '11', '11', '11', '01']) {
      await until(() => joined() === expected)
      await clock.advance(chain.slotDurationMs * chain.preset.slotsPerEpoch - 1)
      expect(joined()).toBe(expected)
      await clock.advance(1)
    }
  })

  it('has objects of its epochs in its containers, by gossip and by request', async () => {
    const slot = startSlotOfEpoch(chain, epoch) + 1
    const containers = lightClientForkOf(fork)
    const clock = createFakeClock(slotStartMs(chain, slot + 1))
    const sender = await startNetwork({ chain, clock, listen: listenOn.tcp })
    const value = lightClientTypes(chain.preset)[containers].update.defaultValue()
    value.attestedHeader.beacon.slot = slot
    const update = { kind: 'update', fork: containers, value } as never
    serveLightClientData(sender.reqresp, {
      bootstrap: () => undefined,
      update: () => update,
      finalityUpdate: () => undefined,
      optimisticUpdate: () => optimistic(slot),
    })
    const receiver = await startNetwork({ chain, clock, staticPeers: sender.addresses })
    await untilPeers(receiver, 1)
    const sent = sender.gossip.subscribe(topic)
    const received = receiver.gossip.subscribe(topic)
    await Promise.all([sent.ready(), received.ready()])
    expect(await sender.gossip.publish(topic, optimistic(slot))).toBe(1)
    const [heard] = await take(received, 1)
    expect(heard!.topicString).toBe(topicString(digests[1], topic.name))
    expect(heard!.message).toEqual(optimistic(slot))
    expect(heard!.message.fork).toBe(containers)

    const range = { startPeriod: 1, count: 1 }
    expect(await receiver.reqresp.request(protocols.lightClientUpdatesByRange, range).all()).toEqual([update])
    expect(await receiver.reqresp.request(protocols.lightClientOptimisticUpdate, undefined).single()).toEqual(
      optimistic(slot),
    )
  })
})
