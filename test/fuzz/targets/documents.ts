import {
  type ConfigValues,
  chainToConfig,
  chainToGenesis,
  createChain,
  forkDigests,
  type GenesisValues,
  hoodi,
  mainnet,
  sepolia,
} from '../../../src/chain/index.ts'
import { encodeJoinDocument, parseJoinDocument } from '../../../src/discovery/index.ts'
import { LamparaError } from '../../../src/errors/index.ts'
import { decodeBook, encodeBook } from '../../../src/peers/address-book/stored-book.ts'
import { minimal } from '../../kit/fuzz/chains.ts'
import { changeJson } from '../../kit/fuzz/json.ts'
import { insist, insistSame, type Target } from '../engine/target.ts'

const address = '/dns4/relay.example/tcp/443/tls/ws/p2p/16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'
const text = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json))

/** A bootnode's join document. */
export function joinDocument(): Target {
  const bootnodes = [address, '/ip4/10.0.0.1/tcp/4001/ws/p2p/16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ']
  return {
    seeds: [
      text({ chain: 'mainnet', bootnodes, checkpoint: `0x${'ab'.repeat(32)}`, clockOffsetMs: 0 }),
      text({ chain: 'sepolia', bootnodes: [], enrs: ['enr:-IS4Q', 'enr:'] }),
      new TextEncoder().encode(encodeJoinDocument({ chain: minimal, bootnodes, clockOffsetMs: -1_000 })),
      text({ chain: { config: chainToConfig(mainnet), genesis: chainToGenesis(mainnet) }, bootnodes }),
    ],
    codes: ['json_invalid', 'join_document_invalid'],
    maxInputBytes: 16_384,
    mutators: [changeJson, changeJson],
    tokens: ['/ws', '/p2p/', '/ip6/::1', '"mainnet"', '"hoodi"', '-0', '1e999', '\\u202e'],
    run(input) {
      const document = parseJoinDocument(parsed(input))
      const again = parseJoinDocument(JSON.parse(encodeJoinDocument(document)))
      insist(JSON.stringify(again) === JSON.stringify(document), 'does not survive the round trip')
      return document.chain.name === 'mainnet' ? 'known' : 'own'
    },
  }
}

/** A chain's configuration, and its genesis under `$genesis`. */
export function chainConfig(): Target {
  const configs = [mainnet, sepolia, hoodi, minimal].map((chain) =>
    text({ ...chainToConfig(chain), $genesis: chainToGenesis(chain) }),
  )
  return {
    seeds: configs,
    codes: ['json_invalid', 'config_invalid', 'config_incomplete'],
    maxInputBytes: 16_384,
    mutators: [changeJson, changeJson, changeJson],
    tokens: ['18446744073709551615', '"0x"', 'null', '"FULU_FORK_EPOCH":', '"BLOB_SCHEDULE":[]', '-1', '1e400'],
    run(input) {
      const json = parsed(input) as ConfigValues & { readonly $genesis?: GenesisValues }
      const chain = createChain(json, json?.$genesis ?? undefined)
      const again = createChain(chainToConfig(chain) as unknown as ConfigValues, chainToGenesis(chain))
      insist(JSON.stringify(again) === JSON.stringify(chain), 'does not survive the round trip')
      insist(forkDigests(chain).length >= 1, 'has no fork digest')
      return `${chain.preset.name} ${chain.forks.length}`
    },
  }
}

/** The address book as it is stored. Entries that are not valid are left out, so that what is read can be written. */
export function addressBook(): Target {
  const entry = {
    id: '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ',
    addresses: [address],
    enr: 'enr:-IS4QPi',
    sourceGroup: '10.0',
    private: false,
    table: 'new',
    addedAtMs: 1,
    seenAtMs: 2,
    failures: 0,
    notBeforeMs: 5,
  } as const
  const key = new Uint8Array(32).fill(9)
  return {
    seeds: [
      encodeBook({ key, entries: [entry, { ...entry, table: 'old', failures: 3 }] }),
      encodeBook({ key, entries: [] }),
    ],
    codes: ['storage_invalid'],
    mutators: [changeJson, changeJson],
    run(input) {
      const book = decodeBook(input)
      const bytes = encodeBook(book)
      insistSame(encodeBook(decodeBook(bytes)), bytes, 'does not survive the round trip')
      return String(book.entries.length)
    },
  }
}

function parsed(input: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(input))
  } catch (cause) {
    throw new LamparaError('json_invalid', 'no JSON', { cause })
  }
}
