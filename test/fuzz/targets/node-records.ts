import { forkDigests, mainnet } from '../../../src/chain/index.ts'
import { addressesOf, decodeEnr, forkIdOf, signEnr } from '../../../src/discovery/enr/index.ts'
import { recordsCodec } from '../../../src/discovery/peer-exchange/index.ts'
import { readRecords } from '../../../src/discovery/peer-exchange/read-records.ts'
import { bootstrapRecords } from '../../../src/platform/node/discv5/bootstrap-records.ts'
import { insist, insistSame, type Target } from '../engine/target.ts'

const privateKey = new Uint8Array(32).fill(3)

function ownRecords(): Uint8Array[] {
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
  const pairs: [string, Uint8Array][][] = [
    [],
    [
      ['ip', bytes(10, 0, 0, 1)],
      ['tcp', bytes(35, 40)],
      ['udp', bytes(35, 40)],
      ['quic', bytes(35, 41)],
    ],
    [
      ['ip6', new Uint8Array(16).fill(32)],
      ['tcp6', bytes(1)],
      ['eth2', new Uint8Array(16).fill(255)],
      ['multiaddrs', bytes(0, 3, 4, 1, 2)],
    ],
    [
      ['eth2', bytes(1)],
      ['ip', bytes(1)],
      ['tcp', bytes(0, 0)],
    ],
  ]
  return pairs.map((list, i) => signEnr(privateKey, { seq: BigInt(i), pairs: list }).bytes)
}

function published(): Uint8Array[] {
  return ['mainnet', 'sepolia', 'hoodi'].flatMap((name) => bootstrapRecords(name)).map((text) => decodeEnr(text).bytes)
}

/** Node records in bytes and text; half of the changes are to their keys. Their signatures count as right. */
export function enr(): Target {
  return {
    seeds: [...ownRecords(), ...published()],
    wordsCount: false,
    codes: ['enr_invalid'],
    maxInputBytes: 400,
    maxAllocation: 1 << 16,
    mutators: [
      (input, random) => {
        const record = attempt(() => decodeEnr(input))
        if (record === undefined) return input
        const pairs = new Map(record.pairs)
        const keys = ['ip', 'ip6', 'tcp', 'tcp6', 'udp', 'quic', 'eth2', 'multiaddrs', 'attnets', 'a']
        const key = keys[Math.floor(random() * keys.length)]!
        const length = Math.floor(random() * 20)
        pairs.set(
          key,
          Uint8Array.from({ length }, () => Math.floor(random() * 256)),
        )
        return attempt(() => signEnr(privateKey, { seq: BigInt(Math.floor(random() * 300)), pairs }).bytes) ?? input
      },
    ],
    run(input) {
      const record = decodeEnr(input)
      insist(input.length <= 300, 'takes a record that is too long')
      insistSame(decodeEnr(record.text).bytes, input, 'its text is of another record')
      for (const address of addressesOf(record)) insist(address.startsWith('/'), 'has an address that is not one')
      return forkIdOf(record) === undefined ? 'no fork' : 'fork'
    },
  }
}

/** Answers of peer exchange: lists of records, each judged by itself. */
export function peerExchange(): Target {
  const records = [...ownRecords(), ...published()]
  return {
    seeds: [[], records.slice(0, 1), records.slice(0, 5), records.slice(0, 30)].map((list) =>
      recordsCodec.encode(list),
    ),
    codes: ['ssz_invalid'],
    maxInputBytes: 10_000,
    run(input) {
      const list = recordsCodec.decode(input)
      insist(list.length <= 30, 'gives more records than may be')
      insistSame(recordsCodec.encode(list), input, 'takes another encoding than its own')
      const { candidates, penalty } = readRecords(list.slice(0, 4), {
        forkDigests: new Set(forkDigests(mainnet).map(({ digest }) => digest)),
        ownPeerId: '',
        canDial: () => true,
        knownSeq: () => undefined,
      })
      insist(candidates.length <= list.length, 'makes more of them than there are')
      return `${Math.min(candidates.length, 2)} ${penalty?.penalty}`
    },
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
