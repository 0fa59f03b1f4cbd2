import { expect, it, onTestFinished } from 'vitest'
import { slotStartMs, toHex } from '../../src/chain/index.ts'
import { topics } from '../../src/gossip/index.ts'
import { createLightClient, serveLightClientData } from '../../src/light-client/index.ts'
import { finalityUpdateOf, optimisticUpdateOf } from '../../src/light-client/serving/convert-update.ts'
import type { Head, LightClient } from '../../src/light-client/types.ts'
import { createNetwork } from '../../src/network/index.ts'
import { memoryStorage } from '../../src/platform/storage.ts'
import { headerRoot } from '../../src/ssz/index.ts'
import { offsetClock, systemClock } from '../../src/streams/clock.ts'
import { members } from '../kit/verification/synthetic.ts'
import {
  blockHashAt,
  electraBootstrap,
  GLOAS_SLOT,
  gloasChain,
  gloasUpdate,
} from '../kit/verification/synthetic-gloas.ts'

const START = GLOAS_SLOT - 16
// What it finalizes is the first slot of an epoch; two slots later it is of the next checkpoint.
const ATTESTED = GLOAS_SLOT + 20

async function nextHead(client: LightClient, kind: Head['kind'], afterSlot: number): Promise<Head> {
  for await (const head of client.heads({ kind, signal: AbortSignal.timeout(45_000) })) {
    if (head.slot > afterSlot) return head
  }
  throw new Error('the heads ended')
}

it('a light client follows from Fulu into Gloas, learns of heads by gossip, and goes on from there after a restart', async () => {
  const chain = gloasChain()
  const committee = members(1)
  const next = members(50).committee
  const bootstrap = electraBootstrap(START, committee.committee)
  const update = (attested: number) => gloasUpdate(chain, committee, { attested, finalized: attested - 12, next })
  const newest = update(ATTESTED)
  // In the middle of the slot in which the update to be gossiped is signed.
  const now = slotStartMs(chain, ATTESTED + 3) + chain.slotDurationMs / 2
  const clock = offsetClock(now - Date.now(), systemClock)
  const peer = await createNetwork({ chain, clock, listen: ['/ip4/127.0.0.1/tcp/0'], targetPeers: 0 })
  onTestFinished(() => peer.stop())
  const checkpoint = toHex(headerRoot(bootstrap.value.header.beacon))
  serveLightClientData(peer.reqresp, {
    bootstrap: (root) => (root === checkpoint ? bootstrap : undefined),
    update: (period) => (period === 0 ? newest : undefined),
    finalityUpdate: () => finalityUpdateOf(newest),
    optimisticUpdate: () => optimisticUpdateOf(newest),
  })
  const storage = memoryStorage()
  const common = { chain, clock, staticPeers: peer.addresses, storage }

  const client = await createLightClient({ ...common, checkpoint })
  onTestFinished(client.stop)
  const head = await client.ready({ signal: AbortSignal.timeout(45_000) })
  expect(head).toMatchObject({ slot: ATTESTED, fork: 'gloas', participation: 1 })
  expect(head.execution).toEqual({ blockHash: toHex(blockHashAt(ATTESTED)) })

  const gossiped = nextHead(client, 'finalized', ATTESTED - 12)
  const listening = peer.gossip.subscribe(topics.lightClientFinalityUpdate)
  await listening.ready({ signal: AbortSignal.timeout(45_000) })
  await peer.gossip.publish(topics.lightClientFinalityUpdate, finalityUpdateOf(update(ATTESTED + 2)))
  const finalized = await gossiped
  expect(finalized).toMatchObject({ slot: ATTESTED - 10, fork: 'gloas' })
  await client.stop()

  const again = await createLightClient({ ...common, checkpoint: `0x${'11'.repeat(32)}` })
  onTestFinished(again.stop)
  expect(again.status.finalized).toMatchObject({ slot: ATTESTED - 10, execution: finalized.execution })
  await again.ready({ signal: AbortSignal.timeout(45_000) })
})
