import type { NetworkOptions } from '../../network/types.ts'
import type { NetworkLocation } from './network-target.ts'
import { readList } from './read-list.ts'

/** How `parseArgs` is to read the options that say where to find peers. */
export const discoveryOptions = {
  enr: { type: 'string', multiple: true },
  list: { type: 'string', multiple: true },
  discv5: { type: 'boolean', default: false },
  'discv5-listen': { type: 'string' },
  'boot-enr': { type: 'string', multiple: true },
  'allow-private': { type: 'boolean', default: false },
} as const

/** The same, with whom to meet by name. */
export const peerOptions = {
  bootnode: { type: 'string', multiple: true },
  peer: { type: 'string', multiple: true },
  ...discoveryOptions,
} as const

/** The options that say where to find peers, for the help. */
export const discoveryHelp = `  --enr ENR            node record (enr:…) of a peer that may be dialed; may be repeated
  --list FILE          file of peers that may be dialed, or that discv5 begins with: multiaddrs, node records and /dnsaddr/… names,
                       one a line or as YAML, like a network's bootstrap_nodes.yaml; may be repeated
  --discv5             find peers by discv5, too. On where nobody else is named
  --discv5-listen ADDRESS
                       UDP multiaddr to listen on. Default: /ip4/0.0.0.0/udp/0
  --boot-enr ENR       node record to begin with; may be repeated. Default: those of --list and --join, else the chain's
                       published ones
  --allow-private      also dial private addresses that are learnt, as on a devnet`

/** The same, with whom to meet by name. */
export const peerHelp = `  --bootnode ADDRESS   multiaddr of a bootnode, with /p2p/…, or its http address as with --join; may be repeated
  --peer ADDRESS       multiaddr of a beacon node to keep, with /p2p/…; may be repeated
${discoveryHelp}`

/** The values of `peerOptions`. */
export interface PeerOptionValues {
  readonly join?: string | undefined
  readonly bootnode?: readonly string[] | undefined
  readonly peer?: readonly string[] | undefined
  readonly enr?: readonly string[] | undefined
  readonly list?: readonly string[] | undefined
  readonly discv5: boolean
  readonly 'discv5-listen'?: string | undefined
  readonly 'boot-enr'?: readonly string[] | undefined
  readonly 'allow-private': boolean
}

/** The address of a join document: where `--join` names none, the first bootnode that is named by one. */
export function joinAddressOf({ join, bootnode = [] }: PeerOptionValues): string | undefined {
  return join ?? bootnode.find(isUrl)
}

/**
 * Whom to meet: those named, those of the join document and of lists, and by discv5 anyone who can be found where there is nobody
 * else, or none but records to begin with.
 *
 * @param warn - told a line for each entry of a list that cannot be used
 * @throws LamparaError `invalid_argument` for a list that cannot be used
 */
export async function readPeerOptions(
  command: string,
  values: PeerOptionValues,
  joined: Pick<NetworkLocation, 'chain' | 'addresses' | 'enrs' | 'joined'>,
  warn: (line: string) => void,
): Promise<
  Pick<
    NetworkOptions,
    'bootnodes' | 'staticPeers' | 'enrs' | 'peerSources' | 'allowPrivateAddresses' | 'discv5' | 'joined'
  >
> {
  const { bootnode = [], peer = [], enr = [] } = values
  const bootnodes = [...bootnode.filter((address) => !isUrl(address)), ...joined.addresses]
  const listen = values['discv5-listen']
  const lists = await Promise.all((values.list ?? []).map((file) => readList(command, file, joined.chain, warn)))
  const listed = [...lists.flatMap(({ enrs }) => enrs), ...joined.enrs]
  const bootstrap = values['boot-enr'] ?? (listed.length > 0 ? listed : undefined)
  const alone = bootnodes.length + peer.length + enr.length === 0 && (lists.length === 0 || listed.length > 0)
  const discv5 = values.discv5 || listen !== undefined || values['boot-enr'] !== undefined || alone
  return {
    bootnodes,
    staticPeers: peer,
    enrs: enr,
    peerSources: lists,
    allowPrivateAddresses: values['allow-private'],
    ...(joined.joined && { joined: joined.joined }),
    ...(discv5 && { discv5: { ...(listen && { listen }), ...(bootstrap && { bootEnrs: bootstrap }) } }),
  }
}

function isUrl(address: string): boolean {
  return /^https?:\/\//.test(address)
}
