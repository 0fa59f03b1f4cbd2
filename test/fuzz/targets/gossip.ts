import { readMessage } from '../../../src/gossip/messages/read-message.ts'
import { createTopicTable, type TopicEntry } from '../../../src/gossip/registry/topic-table.ts'
import * as topics from '../../../src/gossip/topics/topics.ts'
import type { Topic } from '../../../src/gossip/types.ts'
import { type OperationName, operationType } from '../../../src/ssz/beacon/operation-types.ts'
import type { SszType } from '../../../src/ssz/index.ts'
import { compressBlock, messageId, messageIdOfData, parseTopic, topicString } from '../../../src/wire/index.ts'
import { recompressed } from '../../kit/fuzz/blocks.ts'
import { minimal } from '../../kit/fuzz/chains.ts'
import { seedObjects } from '../../kit/fuzz/objects.ts'
import { createRandom, randomValue } from '../../kit/ssz/random-value.ts'
import { referenceDecompress } from '../../kit/wire/reference-snappy.ts'
import { insist, insistSame, type Target } from '../engine/target.ts'

const MAX_ID_BYTES = 8_192
const name = '/eth2/4a26c58b/light_client_finality_update/ssz_snappy'

/** Ids of whatever a peer sends: 20 bytes, in one of two domains, and nothing thrown. */
export function gossipMessageId(): Target {
  return {
    seeds: [0, 1, 100, 3_000].map((length) => compressBlock(new Uint8Array(length).fill(7))),
    codes: [],
    maxInputBytes: 12_000,
    maxAllocation: 16_384,
    mutators: [recompressed(0)],
    run(input) {
      const id = messageId(name, input, MAX_ID_BYTES)
      insist(id.length === 20, 'has another length')
      const data = input.length > 10_000 ? undefined : referenceDecompress(input, MAX_ID_BYTES)
      if (input.length <= MAX_ID_BYTES) insistSame(id, messageIdOfData(name, input, data), 'is of the other domain')
      return data === undefined ? 'invalid' : 'valid'
    },
  }
}

/** Topic strings, as a peer's subscriptions name them. */
export function topic(): Target {
  return {
    seeds: [name, '/eth2/00000000/a/ssz_snappy'].map((text) => new TextEncoder().encode(text)),
    codes: ['topic_invalid'],
    maxInputBytes: 512,
    tokens: ['/eth2/', '/ssz_snappy', '/', 'beacon_block', '\n', '4a26c58b', '\u202e'],
    run(input) {
      const text = new TextDecoder().decode(input)
      const parts = parseTopic(text)
      insist(topicString(parts.digest, parts.name) === text, 'is not what it was made of')
      return ''
    },
  }
}

const codes = ['length_out_of_bounds', 'snappy_invalid', 'ssz_invalid'] as const

/** The light client's two topics. */
export function lightClientMessages(): Target {
  const finality = topics.lightClientFinalityUpdate as Topic<unknown>
  const optimistic = topics.lightClientOptimisticUpdate as Topic<unknown>
  const seeds = [
    ...seedObjects('finality_update').map(({ ssz }) => ({ topic: finality, ssz })),
    ...seedObjects('optimistic_update').map(({ ssz }) => ({ topic: optimistic, ssz })),
  ]
  return messages(
    [finality, optimistic],
    (entry) => seeds.filter(({ topic }) => topic === entry.topic).map(({ ssz }) => ssz),
    [...codes, 'context_unknown'],
  )
}

/** The topics that are delivered unverified: blocks, exits, slashings, contributions, credential changes. */
export function operationMessages(): Target {
  const all = [
    topics.beaconBlock,
    topics.voluntaryExit,
    topics.proposerSlashing,
    topics.attesterSlashing,
    topics.blsToExecutionChange,
    topics.syncCommitteeContributionAndProof,
  ] as unknown as readonly Topic<unknown>[]
  const seedsOf = ({ topic, fork }: TopicEntry): Uint8Array[] => {
    const type = operationType(minimal.preset, fork.name, topic.name as OperationName) as SszType<unknown>
    return [type.defaultValue(), randomValue(type, createRandom(1))].map((value) => type.serialize(value))
  }
  return messages(all, seedsOf, codes)
}

/** Payloads under every digest of topics. The first byte chooses the topic and digest. */
function messages(
  all: readonly Topic<unknown>[],
  seedsOf: (entry: TopicEntry) => readonly Uint8Array[],
  endings: Target['codes'],
): Target {
  const table = createTopicTable(minimal)
  const entries = all.flatMap((each) => table.add(each))
  return {
    seeds: entries.flatMap((entry, choice) =>
      seedsOf(entry).map((ssz) => Uint8Array.from([choice, ...compressBlock(ssz)])),
    ),
    codes: endings,
    maxInputBytes: 16_384,
    maxAllocation: 1 << 20,
    mutators: [recompressed(1), recompressed(1)],
    run(input) {
      const entry = entries[(input[0] ?? 0) % entries.length]!
      const { data, message } = readMessage(minimal, entry, input.subarray(1))
      insist(data.length <= entry.maxBytes, 'gives more than its bound')
      insistSame(
        entry.topic.encode(message, { chain: minimal, fork: entry.fork.name }),
        data,
        'takes another encoding than its own',
      )
      return `${entry.topic.name} ${entry.digest}`
    },
  }
}
