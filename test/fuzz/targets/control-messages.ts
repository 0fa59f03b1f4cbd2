import { mainnet } from '../../../src/chain/index.ts'
import { recordsCodec, requestCodec } from '../../../src/discovery/peer-exchange/index.ts'
import { protocols } from '../../../src/reqresp/index.ts'
import type { Codec, Protocol } from '../../../src/reqresp/types.ts'
import { insist, insistSame, type Target } from '../engine/target.ts'

/** Every codec of a request or of an answer without a context, in all versions. */
function codecs(): Codec<unknown>[] {
  const all = Object.values(protocols).flatMap((protocol) => {
    const newest = protocol as unknown as Protocol<unknown, unknown>
    return [newest, ...(newest.fallbacks ?? []).map((fallback) => fallback.protocol)]
  })
  const found = all.flatMap((protocol) => [
    ...(protocol.request === undefined ? [] : [protocol.request(mainnet)]),
    ...(protocol.context === 'none' ? [protocol.response({ chain: mainnet })] : []),
  ])
  return [...found, requestCodec as unknown as Codec<unknown>, recordsCodec as unknown as Codec<unknown>]
}

/** Status, goodbye, ping, metadata, the light-client requests and peer exchange. The first byte chooses the codec. */
export function controlMessages(): Target {
  const choices = codecs()
  return {
    seeds: choices.flatMap(({ minBytes, maxBytes }, choice) => [
      Uint8Array.from({ length: 1 + minBytes }, (_, i) => (i === 0 ? choice : 1)),
      Uint8Array.from({ length: 1 + maxBytes }, (_, i) => (i === 0 ? choice : 0)),
    ]),
    codes: ['ssz_invalid'],
    maxInputBytes: 10_000,
    run(input) {
      const choice = (input[0] ?? 0) % choices.length
      const codec = choices[choice]!
      const bytes = input.subarray(1)
      const value = codec.decode(bytes)
      insist(bytes.length >= codec.minBytes && bytes.length <= codec.maxBytes, 'takes what is out of bounds')
      const again = codec.encode(value)
      insistSame(codec.encode(codec.decode(again)), again, 'does not survive the round trip')
      insist(again.length === bytes.length, 'takes another encoding than its own')
      // Transports that are not known yet are left out.
      if (codec !== choices.at(-2)) insistSame(again, bytes, 'takes another encoding than its own')
      return String(choice)
    },
  }
}
