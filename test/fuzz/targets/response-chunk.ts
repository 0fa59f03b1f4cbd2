import { forkOfDigest, fromHex } from '../../../src/chain/index.ts'
import { protocols } from '../../../src/reqresp/index.ts'
import { readChunk } from '../../../src/reqresp/request/read-chunk.ts'
import type { Protocol } from '../../../src/reqresp/types.ts'
import { contextDigestOf } from '../../../src/ssz/index.ts'
import { encodeChunk, encodeErrorChunk } from '../../../src/wire/index.ts'
import { fixtures } from '../../kit/fixtures.ts'
import { digestMutator, minimal } from '../../kit/fuzz/chains.ts'
import { hexBytesIn } from '../../kit/fuzz/fixture-files.ts'
import { frameMutators } from '../../kit/fuzz/frames.ts'
import { seedObjects } from '../../kit/fuzz/objects.ts'
import { splitReader } from '../../kit/fuzz/split.ts'
import { insist, insistSame, type Target } from '../engine/target.ts'

const choices = [
  protocols.status,
  protocols.goodbye,
  protocols.ping,
  protocols.metadata,
  protocols.lightClientBootstrap,
  protocols.lightClientUpdatesByRange,
  protocols.lightClientFinalityUpdate,
  protocols.lightClientOptimisticUpdate,
] as unknown as readonly Protocol<unknown, unknown>[]

const kinds = ['bootstrap', 'update', 'finality_update', 'optimistic_update'] as const

function seeds(): Uint8Array[] {
  const objects = kinds.flatMap((kind, i) =>
    seedObjects(kind)
      .filter(({ chain }) => chain === minimal)
      .map(({ object, ssz }) => [4 + i, ...encodeChunk(ssz, fromHex(contextDigestOf(minimal, object)))]),
  )
  const control = [92, 8, 8, 25].map((length, choice) => [choice, ...encodeChunk(new Uint8Array(length).fill(1))])
  const errors = [1, 2, 3, 4, 200].map((code) => [0, ...encodeErrorChunk(code, 'because')])
  const recorded = fixtures.available
    ? ['lodestar-error-responses', 'lodestar-decoding-errors'].flatMap((name) =>
        hexBytesIn(fixtures.json(`reqresp/${name}.json`)).map((bytes) => [0, ...bytes]),
      )
    : []
  return [...objects, ...control, ...errors, ...recorded].map((bytes) => Uint8Array.from(bytes))
}

/** Where the frames begin: after choice, result, context and length. */
function framesAt(input: Uint8Array): number {
  const at = input[1] === 0 && (input[0] ?? 0) >= 4 ? 6 : 2
  const length = input.subarray(at).findIndex((byte) => byte < 0x80)
  return at + length + 1
}

/** A response chunk as a requester reads it, cut anyhow. The first byte chooses the protocol. */
export function responseChunk(): Target {
  const { signal } = new AbortController()
  return {
    seeds: seeds(),
    wordsCount: false,
    codes: [
      'context_unknown',
      'length_out_of_bounds',
      'request_invalid',
      'resource_unavailable',
      'response_code_unknown',
      'server_error',
      'snappy_checksum_mismatch',
      'snappy_invalid',
      'ssz_invalid',
      'unexpected_end',
      'varint_invalid',
    ],
    mutators: [...frameMutators(framesAt), digestMutator(minimal, 2)],
    async run(input) {
      const choice = (input[0] ?? 0) % choices.length
      const protocol = choices[choice]!
      const bytes = input.subarray(1)
      const value = await readChunk(splitReader(bytes), protocol, minimal, signal)
      const digest = protocol.digestOf?.(value, minimal)
      const fork = digest === undefined ? undefined : forkOfDigest(minimal, digest)?.fork.name
      const context = { chain: minimal, ...(digest && { forkDigest: digest }), ...(fork && { fork }) }
      const ssz = protocol.response(context).encode(value)
      const again = encodeChunk(ssz, digest === undefined ? undefined : fromHex(digest))
      const reread = await readChunk(splitReader(again), protocol, minimal, signal)
      insistSame(protocol.response(context).encode(reread), ssz, 'does not survive the round trip')
      insist(bytes[0] === 0, 'takes an error for an answer')
      return String(choice)
    },
  }
}
