// A process of its own: answers requests with bytes made beforehand, and publishes when it is told to.
import { setTimeout } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import { compressBlock } from '../../src/wire/index.ts'
import { createBareNode } from './bare-node.ts'
import { answerGreetings } from './greetings.ts'
import { answers, payload } from './loads.ts'

/** Tells to publish so many messages of so many bytes on a topic, in batches that are acknowledged. */
export interface PublishOrder {
  readonly topic: string
  readonly messages: number
  readonly bytes: number
  readonly batch: number
}

const node = await createBareNode(['/ip4/127.0.0.1/tcp/0'])
const ignored = () => {}
answerGreetings(node)

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
