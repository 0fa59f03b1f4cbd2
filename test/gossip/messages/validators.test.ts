import { describe, expect, it } from 'vitest'
import { topics, type Verdict } from '../../../src/gossip/index.ts'
import type { Network } from '../../../src/network/types.ts'
import { createFakeClock, type FakeClock } from '../../kit/fake-clock.ts'
import { take, until } from '../../kit/gossip.ts'
import { cleanUpAfterEach, listenOn, nextEvent, startNetwork, testChain, updateAt } from '../../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const topic = topics.lightClientOptimisticUpdate
const update = (n: number) => updateAt(chain, 'optimistic_update', n)

/** A → B → C, where time stands still for B. */
async function line(): Promise<{ clock: FakeClock; a: Network; b: Network; c: Network }> {
  const clock = createFakeClock(Date.now())
  const b = await startNetwork({ chain, clock, listen: listenOn.tcp })
  const [a, c] = [await startNetwork({ chain }), await startNetwork({ chain })]
  const atB = b.gossip.subscribe(topic, { maxQueued: 1 })
  const atA = a.gossip.subscribe(topic)
  await Promise.all([a, c].map((network) => network.connect(b.addresses[0]!)))
  const atC = c.gossip.subscribe(topic, { maxQueued: 1 })
  await Promise.all([atA.ready(), atC.ready()])
  await until(() => atB.peers.length === 2)
  return { clock, a, b, c }
}

/** A validator whose verdicts a test gives, one for each call. */
function byHand(): { validator: () => Promise<Verdict>; asked: PromiseWithResolvers<Verdict>[] } {
  const asked: PromiseWithResolvers<Verdict>[] = []
  return {
    asked,
    validator() {
      const verdict = Promise.withResolvers<Verdict>()
      asked.push(verdict)
      return verdict.promise
    },
  }
}

describe('a validator', () => {
  it('that takes its time has its message forwarded all the same, until four seconds have passed', async () => {
    const { clock, a, b, c } = await line()
    const { validator, asked } = byHand()
    b.gossip.validate(topic, validator)
    const atB = b.gossip.subscribe(topic)
    const atC = c.gossip.subscribe(topic)
    // Forwarding goes along the mesh, which C may join only at its next heartbeat.
    for (let n = 1; atC.queued === 0; n++) {
      await a.gossip.publish(topic, update(n))
      await until(() => asked.length === n)
      await clock.advance(3_999)
      asked.at(-1)!.resolve('accept')
      await until(() => atB.queued === n)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect((await take(atC, 1))[0]!.from).toBe(b.peerId)
  })

  it('that takes longer has ignored: not delivered, not forwarded, reported, and no fault of the sender', async () => {
    const { clock, a, b, c } = await line()
    const { validator, asked } = byHand()
    b.gossip.validate(topic, validator)
    const [atB, atC] = [b.gossip.subscribe(topic), c.gossip.subscribe(topic)]
    const all = b.gossip.subscribe(topic, { includeIgnored: true })
    const failures = b.events(['validator:failed'])
    await a.gossip.publish(topic, update(1))
    await until(() => asked.length === 1)
    await clock.advance(4_000)
    const { error } = await nextEvent(failures)
    expect([error.code, error.message]).toEqual(['internal', expect.stringContaining('no verdict within 4000 ms')])
    expect((await take(all, 1))[0]!.verified).toBe(false)
    // Too late, either way.
    asked[0]!.resolve('reject')
    await b.gossip.publish(topic, update(2))
    expect((await take(atC, 1))[0]!.message).toEqual(update(2))
    expect([atB.queued, atC.queued]).toEqual([0, 0])
    expect(b.peers.every(({ score }) => score === 0)).toBe(true)
  })

  it('that hangs is asked 256 times at most; another in its place is asked at once', async () => {
    const { clock, a, b } = await line()
    const { validator, asked } = byHand()
    const detach = b.gossip.validate(topic, validator)
    const all = b.gossip.subscribe(topic, { includeIgnored: true, maxQueued: 1000 })
    for (let n = 1; n <= 260; n++) await a.gossip.publish(topic, update(n))
    await until(() => all.queued === 4)
    expect(asked.length).toBe(256)
    await clock.advance(4_000)
    await until(() => all.queued === 260)
    // Late is not done: it still holds what it was given.
    await a.gossip.publish(topic, update(261))
    await until(() => all.queued === 261)
    expect(asked.length).toBe(256)
    detach()
    b.gossip.validate(topic, () => 'accept')
    const atB = b.gossip.subscribe(topic)
    await a.gossip.publish(topic, update(262))
    expect((await take(atB, 1))[0]!.verified).toBe(true)
  })

  it('judges what comes after it was attached, and nothing once it is detached', async () => {
    const { a, b } = await line()
    const atB = b.gossip.subscribe(topic)
    const verified: boolean[] = []
    const publishAndTake = async (n: number): Promise<void> => {
      await a.gossip.publish(topic, update(n))
      await until(() => atB.queued === n)
    }
    await publishAndTake(1)
    const detach = b.gossip.validate(topic, () => 'accept')
    await publishAndTake(2)
    detach()
    // A second time has no effect on anyone who comes next.
    b.gossip.validate(topic, () => 'accept')
    detach()
    await publishAndTake(3)
    for (const message of await take(atB, 3)) verified.push(message.verified)
    expect(verified).toEqual([false, true, true])
  })
})
