import { mainnet } from '../../../src/chain/index.ts'
import {
  decodeLightClientObject,
  decodeUpdateStream,
  encodeLightClientObject,
  encodeUpdateStream,
  hashLightClientObject,
  type LightClientKind,
  type LightClientObject,
  lightClientForks,
  lightClientSizeBounds,
} from '../../../src/ssz/index.ts'
import { chains, digestMutator, minimal } from '../../kit/fuzz/chains.ts'
import { seedObjects } from '../../kit/fuzz/objects.ts'
import { insist, insistSame, type Target } from '../engine/target.ts'

const MAX_INPUT_BYTES = 28_000

/** Objects of a kind. The first byte chooses containers and preset. */
export function lightClientSsz(kind: LightClientKind): Target {
  const choices = chains.flatMap((chain) => lightClientForks.map((fork) => ({ chain, fork })))
  return {
    seeds: seedObjects(kind).map(({ chain, object, ssz }) => {
      const choice = choices.findIndex((other) => other.chain === chain && other.fork === object.fork)
      return Uint8Array.from([choice, ...ssz])
    }),
    codes: ['ssz_invalid'],
    maxInputBytes: MAX_INPUT_BYTES,
    run(input) {
      const { chain, fork } = choices[(input[0] ?? 0) % choices.length]!
      const ssz = input.subarray(1)
      const object = decodeLightClientObject(chain, kind, fork, ssz) as LightClientObject
      const { minBytes, maxBytes } = lightClientSizeBounds(chain.preset, kind, fork)
      insist(ssz.length >= minBytes && ssz.length <= maxBytes, 'takes what is out of bounds')
      insistSame(encodeLightClientObject(chain, object), ssz, 'takes another encoding than its own')
      insist(chain === mainnet || hashLightClientObject(chain, object).length === 32, 'has no root')
      return `${chain.preset.name} ${fork}`
    },
  }
}

/** The Beacon API's stream of updates. */
export function updateStream(): Target {
  const updates = seedObjects('update')
    .filter(({ chain }) => chain === minimal)
    .map(({ object }) => object as LightClientObject<'update'>)
  const one = encodeUpdateStream(minimal, updates.slice(0, 1))
  return {
    seeds: [
      one,
      encodeUpdateStream(minimal, updates),
      encodeUpdateStream(minimal, [...updates, ...updates]),
      // As many as there may be, and one more.
      new Uint8Array(Buffer.concat(Array.from({ length: 129 }, () => one))),
    ],
    codes: ['unexpected_end', 'length_out_of_bounds', 'context_unknown', 'fork_unknown', 'ssz_invalid'],
    maxInputBytes: 129 * one.length + 16,
    mutators: [digestMutator(minimal, 8)],
    run(input) {
      const decoded = decodeUpdateStream(minimal, input)
      insist(decoded.length <= 128, 'gives more updates than may be')
      // Not the digests: any of a fork with the same containers is taken.
      const again = encodeUpdateStream(minimal, decoded)
      insist(again.length === input.length, 'takes another encoding than its own')
      insistSame(
        encodeUpdateStream(minimal, decodeUpdateStream(minimal, again)),
        again,
        'does not survive the round trip',
      )
      return decoded.length === 0 ? 'none' : 'some'
    },
  }
}
