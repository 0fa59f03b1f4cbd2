import { afterEach, describe, expect, it } from 'vitest'
import { topics } from '../../src/gossip/index.ts'
import type { Network } from '../../src/network/types.ts'
import { cleanUpAfterEach, listenOn, slotNow, startNetwork, testChain, topicAt } from '../kit/network.ts'
import { type Attacker, attack, repeated, yamuxHeader } from './attacker.ts'
import { connectionAttacks, write } from './connection-attacks.ts'

const chain = testChain()
const topic = topicAt(chain, topics.lightClientOptimisticUpdate.name, slotNow(chain))

const attackers: Attacker[] = []
afterEach(async () => {
  await Promise.all(attackers.splice(0).map((attacker) => attacker.stop()))
})
cleanUpAfterEach()

async function relay(listen: readonly string[]): Promise<Network> {
  const network = await startNetwork({ chain, role: 'relay', listen, targetPeers: 0 })
  // Known and not joined: its messages are neither of an unknown topic nor judged.
  network.gossip.subscribe(topics.lightClientOptimisticUpdate).stop()
  return network
}

async function attackerOf(network: Network, muxer: 'yamux' | 'mplex' = 'yamux'): Promise<Attacker> {
  const attacker = await earlyAttackerOf(network, muxer)
  await untilServed(attacker)
  return attacker
}

/** One that the relay may not be done with yet. */
async function earlyAttackerOf(network: Network, muxer: 'yamux' | 'mplex'): Promise<Attacker> {
  const attacker = await attack(network.addresses[0]!, muxer)
  attackers.push(attacker)
  return attacker
}

for (const [transport, listen] of Object.entries(listenOn)) {
  describe(`a relay that listens by ${transport}`, { timeout: 45_000 }, () => {
    for (const [name, { cause, run }] of Object.entries(connectionAttacks)) {
      it(`disconnects and bans the sender of ${name}, and counts why`, async () => {
        const network = await relay(listen)
        const attacker = await attackerOf(network)
        await Promise.resolve(run(attacker, topic)).catch(() => {})
        // The one that does not read does not see its end either.
        if (!name.includes('never read')) await attacker.ended
        await expect.poll(() => network.metrics.limits.exceeded, { timeout: 45_000 }).toEqual({ [cause]: 1 })
      })
    }
  })
}

describe('a relay that speaks mplex', () => {
  it('disconnects the sender of streams that are opened and reset', async () => {
    const network = await relay(listenOn.tcp)
    const attacker = await attackerOf(network, 'mplex')
    // NEW_STREAM with an empty name, then RESET_INITIATOR, of each id.
    write(
      attacker,
      repeated(2_000, (index) => mplexFrame(1_000 + (index >> 1), index % 2 === 0 ? 0 : 6)),
    )
    await attacker.ended
    expect(network.metrics.limits.exceeded).toEqual({ streams: 1 })
  })

  it('disconnects the sender of frames of streams that do not exist', async () => {
    const network = await relay(listenOn.tcp)
    const attacker = await attackerOf(network, 'mplex')
    write(
      attacker,
      repeated(8_000, () => mplexFrame(77, 2)),
    )
    await attacker.ended
    expect(network.metrics.limits.exceeded).toEqual({ frames: 1 })
  })
})

describe('a peer whose streams come before the upgrade is over', () => {
  it.each(['yamux', 'mplex'] as const)('is ended by the limit on streams over %s, and counted', async (muxer) => {
    const network = await relay(listenOn.tcp)
    const attacker = await earlyAttackerOf(network, muxer)
    // At once: the other side may not be done with the upgrade.
    const frames = repeated(2_000, (index) =>
      muxer === 'yamux' ? yamuxHeader(1, 1, 1_001 + 2 * index, 0) : mplexFrame(1_000 + index, 0),
    )
    write(attacker, frames)
    await attacker.ended
    await expect.poll(() => network.metrics.limits.exceeded, { timeout: 45_000 }).toMatchObject({ streams: 1 })
  })
})

/** Until the relay answers, and knows whom it is to ban. */
async function untilServed(attacker: Attacker): Promise<void> {
  const stream = await attacker.open('/ipfs/id/1.0.0')
  await new Promise((resolve) => stream.addEventListener('message', resolve, { once: true }))
}

function mplexFrame(id: number, type: number): Uint8Array {
  const header: number[] = []
  for (let rest = id * 8 + type; ; rest = Math.floor(rest / 128)) {
    header.push(rest > 127 ? (rest % 128) + 128 : rest)
    if (rest <= 127) break
  }
  return new Uint8Array([...header, 0])
}
