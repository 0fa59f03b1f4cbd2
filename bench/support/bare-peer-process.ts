// A process of its own: answers requests with bytes made beforehand, and publishes when it is told to.
import { setTimeout } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import { epochOfSlot, forkDigestAtEpoch, fromHex, slotAtMs } from '../../src/chain/index.ts'
import { createReqResp, protocols } from '../../src/reqresp/index.ts'
import { systemClock } from '../../src/streams/clock.ts'
import { compressBlock } from '../../src/wire/index.ts'
import { createBareNode } from './bare-node.ts'
import { answers, benchChain, payload } from './loads.ts'

/** Tells to publish so many messages of so many bytes on a topic, in batches that are acknowledged. */
export interface PublishOrder {
  readonly topic: string
  readonly messages: number
  readonly bytes: number
  readonly batch: number
}

const node = await createBareNode(['/ip4/127.0.0.1/tcp/0'])
const ignored = () => {}
const reqresp = createReqResp({
  libp2p: node,
  chain: benchChain,
  clock: systemClock,
  selectPeer: () => undefined,
  onOffence: ignored,
})
reqresp.serve(protocols.status, function* () {
  const epoch = epochOfSlot(benchChain, slotAtMs(benchChain, Date.now()))
  yield {
    forkDigest: fromHex(forkDigestAtEpoch(benchChain, epoch), 4),
    finalizedRoot: new Uint8Array(32),
    finalizedEpoch: 0,
    headRoot: new Uint8Array(32),
    headSlot: 0,
    earliestAvailableSlot: 0,
  }
})
reqresp.serve(protocols.ping, function* () {
  yield 0n
})

for (const [id, chunks] of Object.entries(answers())) {
  const answer = async (stream: Stream): Promise<void> => {
    stream.addEventListener('message', ignored)
    for (const chunk of chunks) {
      if (!stream.send(chunk)) await new Promise((resolve) => stream.addEventListener('drain', resolve, { once: true }))
    }
    await stream.close()
  }
  await node.handle(id, (stream) => void answer(stream).catch(ignored), { maxInboundStreams: 64 })
}

let acknowledged = (): void => {}
async function publish({ topic, messages, bytes, batch }: PublishOrder): Promise<void> {
  // Made before the clock runs.
  const payloads = Array.from({ length: messages }, (_, index) => compressBlock(payload(bytes, index)))
  process.send?.({ ready: true })
  for (const [index, raw] of payloads.entries()) {
    if (index > 0 && index % batch === 0) {
      await new Promise<void>((resolve) => {
        acknowledged = resolve
      })
    }
    await node.services.pubsub.publish(topic, raw)
  }
}

process.on('message', (message: { order?: PublishOrder; acknowledged?: true; subscribe?: string }) => {
  if (message.order !== undefined) void publish(message.order)
  if (message.acknowledged) acknowledged()
  if (message.subscribe !== undefined) node.services.pubsub.subscribe(message.subscribe)
})
process.on('disconnect', () => process.exit())
await setTimeout(0)
process.send?.({ address: node.getMultiaddrs()[0]!.toString() })
