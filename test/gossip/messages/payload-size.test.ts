import { expect, it } from 'vitest'
import { forkDigestAtSlot } from '../../../src/chain/index.ts'
import { topics } from '../../../src/gossip/index.ts'
import { readMessage } from '../../../src/gossip/messages/read-message.ts'
import { createTopicTable } from '../../../src/gossip/registry/topic-table.ts'
import type { Topic } from '../../../src/gossip/types.ts'
import { maxCompressedLength } from '../../../src/wire/index.ts'
import { payloadOf, slotNow, testChain, updateAt } from '../../kit/network.ts'

it('a payload longer than the largest of its topic compresses to is refused before it is decompressed', () => {
  const chain = testChain()
  const slot = slotNow(chain)
  const topic = topics.lightClientOptimisticUpdate as Topic<unknown>
  const table = createTopicTable(chain)
  table.add(topic)
  const entry = table.find(topic, forkDigestAtSlot(chain, slot))!
  const payload = payloadOf(chain, updateAt(chain, 'optimistic_update', slot))
  expect(readMessage(chain, entry, payload).misplaced).toBe(false)
  // The length that it declares is within the bound: only what follows is too long.
  const padded = new Uint8Array(maxCompressedLength(entry.maxBytes) + 1)
  padded.set(payload)
  expect(() => readMessage(chain, entry, padded)).toThrow(expect.objectContaining({ code: 'length_out_of_bounds' }))
})
