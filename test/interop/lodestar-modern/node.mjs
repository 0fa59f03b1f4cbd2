// A chain of one node: Lodestar's beacon node, with all validators in the same process. It says READY and what it is on one line.
import { mkdirSync } from 'node:fs'
import { chainConfigOf, directory, genesisTime, ports, secondsPerSlot, validators } from './options.mjs'

const { generateKeyPair } = await import('@libp2p/crypto/keys')
const { SignableENR } = await import('@chainsafe/enr')
const { setHasher } = await import('@chainsafe/persistent-merkle-tree')
const { BeaconNode, BeaconDb, defaultOptions, nodeUtils } = await import('@lodestar/beacon-node')
const { createBeaconConfig, createChainForkConfig } = await import('@lodestar/config')
const { minimalChainConfig } = await import('@lodestar/config/configs')
const { LevelDbController } = await import('@lodestar/db')
const { getNodeLogger } = await import('@lodestar/logger/node')
const stateTransition = await import('@lodestar/state-transition')
const { runValidators } = await import('./validators.mjs')

setHasher((await import('@chainsafe/persistent-merkle-tree/hasher/hashtree')).hasher)
mkdirSync(directory, { recursive: true })

const chainConfig = createChainForkConfig(chainConfigOf(minimalChainConfig))
const eth1BlockHash = Buffer.alloc(32, 0x0b)
const genesis = nodeUtils.initDevState(chainConfig, validators, { genesisTime, eth1BlockHash })
genesis.genesisTime = genesisTime
genesis.commit()
const config = createBeaconConfig(chainConfig, genesis.genesisValidatorsRoot)

const pubkeyCache = stateTransition.createPubkeyCache()
stateTransition.syncPubkeys(pubkeyCache, genesis.validators.getAllReadonlyValues())
const cached = stateTransition.createCachedBeaconState(genesis, { config, pubkeyCache }, { skipSyncPubkeys: true })
const anchorState = stateTransition.createBeaconStateView({
  useNative: false,
  anchorState: cached,
  config,
  pubkeyCache,
})
// The beacon node asks for it; the published state transition has it under another name.
Object.getPrototypeOf(anchorState).getBeaconProposerOrNull ??= function (slot) {
  try {
    return this.getBeaconProposer(slot)
  } catch {
    return null
  }
}

const privateKey = await generateKeyPair('secp256k1')
const enr = SignableENR.createFromPrivateKey(privateKey)
Object.assign(enr, { ip: '127.0.0.1', udp: ports.udp, tcp: ports.tcp, quic: ports.quic })

const network = {
  ...defaultOptions.network,
  version: 'v1.44.0',
  useWorker: false,
  mdns: false,
  allowPublishToZeroPeers: true,
  subscribeAllSubnets: true,
  tcp: true,
  quic: true,
  localMultiaddrs: [`/ip4/127.0.0.1/tcp/${ports.tcp}`, `/ip4/127.0.0.1/udp/${ports.quic}/quic-v1`],
  discv5: {
    config: { enrUpdate: false },
    bindAddrs: { ip4: `/ip4/127.0.0.1/udp/${ports.udp}` },
    bootEnrs: [],
    enr: enr.encodeTxt(),
  },
  targetPeers: 20,
  maxPeers: 40,
}
const rest = {
  ...defaultOptions.api.rest,
  enabled: true,
  address: '127.0.0.1',
  port: ports.rest,
  api: ['beacon', 'config', 'events', 'node', 'validator', 'lightclient', 'lodestar'],
  swaggerUI: false,
}
const node = await BeaconNode.init({
  opts: {
    ...defaultOptions,
    api: { ...defaultOptions.api, version: 'interop', rest },
    chain: {
      ...defaultOptions.chain,
      blsVerifyAllMainThread: true,
      nHistoricalStatesFileDataStore: false,
      persistInvalidSszObjects: false,
      suggestedFeeRecipient: `0x${'00'.repeat(20)}`,
    },
    db: { name: directory },
    executionEngine: { mode: 'mock' },
    executionBuilder: { ...defaultOptions.executionBuilder, enabled: false },
    metrics: { ...defaultOptions.metrics, enabled: false },
    monitoring: {},
    network,
    sync: { ...defaultOptions.sync, isSingleNode: true },
  },
  config,
  pubkeyCache,
  db: new BeaconDb(config, new LevelDbController()),
  logger: getNodeLogger({ level: 'warn', module: '' }),
  processShutdownCallback(error) {
    console.error('it asks to be shut down:', error)
    process.exit(1)
  },
  privateKey,
  dataDir: directory,
  peerStoreDir: `${directory}/peers`,
  anchorState,
  isAnchorStateFinalized: true,
})

const identity = await node.network.getNetworkIdentity()
console.log(`READY ${JSON.stringify({ peerId: identity.peerId, enr: identity.enr, addresses: identity.p2pAddresses })}`)

const stopping = new AbortController()
for (const name of ['SIGINT', 'SIGTERM']) {
  process.once(name, async () => {
    stopping.abort()
    setTimeout(() => process.exit(1), 4_000).unref()
    await node.close().catch(() => {})
    process.exit(0)
  })
}
await runValidators({ node, config, genesisTime, secondsPerSlot, validators, signal: stopping.signal })
