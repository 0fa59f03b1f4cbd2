import { platform } from '#platform'
import type { Hex } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import { createLightClient, serveLightClientData } from '../light-client/index.ts'
import { createVerifiedData } from '../light-client/serving/verified-data.ts'
import { localStatusOf } from '../light-client/status/local-status.ts'
import type { LightClient } from '../light-client/types.ts'
import { createCommitteeVerifier, type VerificationContext } from '../light-client/verification/index.ts'
import { type DrawPeers, servePeerExchange } from '../network/discovery/peer-exchange.ts'
import { createNetwork } from '../network/index.ts'
import type { KeyValueStorage } from '../platform/storage.ts'
import { storageWithTimeout } from '../platform/storage-timeout.ts'
import { systemClock } from '../streams/clock.ts'
import { webRtcDirect } from '../webrtc/index.ts'
import { advertiseClients } from './advertised-clients.ts'
import { cacheBootstraps } from './bootstrap-cache.ts'
import { openRelay } from './circuit-relay.ts'
import { drainClients } from './drain.ts'
import type { BootnodeFacts } from './facts.ts'
import { firstCheckpoint } from './first-checkpoint.ts'
import { openGateway } from './gateway/open-gateway.ts'
import { serveHttp } from './http.ts'
import { openMetrics } from './metrics/open-metrics.ts'
import { joinDocumentOf } from './own-join-document.ts'
import { openCheckpoints } from './persist-checkpoints.ts'
import { republishVerified } from './republish-verified.ts'
import { watchSiblings } from './siblings.ts'
import { type CertificateInUse, watchCertificate } from './tls/watch-certificate.ts'
import type { Bootnode, BootnodeCertificate, BootnodeOptions } from './types.ts'

const DEFAULT_LISTEN = { plain: ['/ip4/127.0.0.1/tcp/0/ws'], secure: ['/ip4/127.0.0.1/tcp/0/tls/ws'] } as const
/** What only a listener with TLS can listen on. */
const SECURE = /\/(tls|wss)(\/|$)/
/** What takes a transport of its own to listen on. */
const WEBRTC_DIRECT = /\/webrtc-direct(\/|$)/
const DEFAULT_MAX_CLIENTS = 2500

/**
 * Creates a bootnode: one node that follows the beacon chain over TCP and verifies it, and one that browsers meet over
 * WebSocket. Resolves when both listen and the join document is served; the document is there once there is a
 * checkpoint to start from.
 *
 * @throws LamparaError as `createLightClient()`; `bootnodes_missing` where nobody is named whom to follow, and the chain has no
 *   published bootnodes or discv5 is forbidden; `invalid_argument` when a port cannot be listened on, for a `/tls/ws` address
 *   without `tls`, and for a certificate and a key that do not belong together; `file_unreadable` for those of them that cannot
 *   be read; `runtime_unsupported` where a relay or a `/webrtc-direct` address needs a package that is not installed; the
 *   signal's reason
 */
export async function createBootnode(options: BootnodeOptions): Promise<Bootnode> {
  const { chain, clock, signal, maxClients = DEFAULT_MAX_CLIENTS } = options
  const { listen = options.tls === undefined ? DEFAULT_LISTEN.plain : DEFAULT_LISTEN.secure } = options
  if (options.tls === undefined && listen.some((address) => SECURE.test(address))) {
    throw new LamparaError('invalid_argument', 'Cannot create bootnode: to listen with TLS it needs a certificate')
  }
  const named = [options.upstream, options.enrs, options.peerSources].some((list = []) => list.length > 0)
  if (!named && options.discv5 === false) {
    const reason = 'nobody to follow is named, and discv5, which finds some, is forbidden'
    throw new LamparaError('bootnodes_missing', `Cannot create bootnode: ${reason}`)
  }
  const stack: (() => Promise<void> | void)[] = []
  const stopping = new AbortController()
  let stopped: Promise<void> | undefined

  function stop(): Promise<void> {
    stopped ??= (async () => {
      signal?.removeEventListener('abort', stop)
      stopping.abort()
      for (const end of stack.reverse()) await end()
    })()
    return stopped
  }

  try {
    const certificate = options.tls && (await watchCertificate(options.tls, clock ?? systemClock))
    stack.push(() => certificate?.stop())
    const { behindProxy = false } = options
    const webSockets = certificate
      ? platform.secureWebSockets?.(certificate, behindProxy)
      : behindProxy && platform.proxiedWebSockets?.()
    const storageOf = async (name: string): Promise<{ readonly storage?: KeyValueStorage }> => {
      if (options.dataDirectory === undefined) return {}
      const place = { directory: options.dataDirectory }
      const storage = storageWithTimeout(await platform.openStorage(`bootnode-${chain.name}-${name}`, place), clock)
      stack.push(() => storage.close())
      return { storage }
    }
    const upstreamStorage = await storageOf('upstream')
    // What was found before there is anybody to tell.
    const early: LamparaError[] = []
    let onStorageError = (error: LamparaError): void => void early.push(error)
    const checkpoints = await openCheckpoints({
      chain,
      clock: clock ?? systemClock,
      storage: upstreamStorage.storage,
      maxAgeMs: options.maxCheckpointAgeMs ?? chain.maxCheckpointAgeMs,
      onError: (error) => onStorageError(error),
    })
    const client: LightClient = await createLightClient({
      chain,
      clock,
      signal,
      logger: options.logger,
      staticPeers: options.upstream,
      enrs: options.enrs,
      peerSources: options.peerSources,
      discv5: options.discv5,
      // Clients must be able to reach what is advertised to them.
      crawl: true,
      allowPrivateAddresses: options.allowPrivateAddresses,
      checkpoint: checkpoints.choose(options.checkpoint),
      maxCheckpointAgeMs: options.maxCheckpointAgeMs,
      // Clients are served what was verified since the checkpoint: all of it has to be verified again.
      resume: false,
      ...upstreamStorage,
    })
    stack.push(client.stop)
    onStorageError = (error) => client.network.emit({ type: 'storage:failed', error })
    const relay = await openRelay(options.relay, clock ?? systemClock)
    const listensDirectly = listen.some((address) => WEBRTC_DIRECT.test(address))
    const kept = await storageOf('downstream')
    const downstream = await createNetwork({
      chain,
      clock,
      signal,
      logger: options.logger,
      role: 'relay',
      listen,
      announce: options.announce,
      transports: {
        except: webSockets ? ['websocket'] : [],
        add: [...(webSockets ? [webSockets] : []), ...(listensDirectly ? [webRtcDirect(kept)] : [])],
      },
      ...(relay && { services: { circuitRelay: relay.service } }),
      // Clients come by themselves.
      targetPeers: 0,
      maxConnections: maxClients,
      ...kept,
    })
    stack.push(() => downstream.stop())

    const data = createVerifiedData(chain)
    const context: VerificationContext = { chain, committees: createCommitteeVerifier(await platform.loadBls()) }
    const counts = { relayed: 0, recipients: 0, failed: 0 }
    stack.push(serveLightClientData(downstream.reqresp, data))
    const gateway = await openGateway(options, client.network, downstream)
    stack.push(() => gateway?.stop())
    const shared = relay && advertiseClients(downstream)
    stack.push(() => shared?.stop())
    const draw: DrawPeers = (count, accept) => {
      // Half of an answer at most: pages come and go.
      const clients = shared?.draw(Math.ceil(count / 2), accept) ?? []
      return [...clients, ...client.network.samplePeers(count - clients.length, accept)]
    }
    stack.push(servePeerExchange(downstream.reqresp, draw, client.network.clock))
    stack.push(
      client.watchVerified((object) => {
        data.add(object)
        const newest = data.newestBootstrap()
        if (newest !== undefined) void checkpoints.note(newest)
      }),
    )
    let announced: Hex | undefined
    stack.push(
      client.watchStatus(({ finalized, optimistic }) => {
        if (finalized === undefined || finalized.root === announced) return
        announced = finalized.root
        downstream.setStatus(localStatusOf(chain, finalized, optimistic ?? finalized))
      }),
    )
    const relaying = republishVerified(
      client.network,
      downstream,
      {
        onRelayed(recipients) {
          counts.relayed++
          counts.recipients += recipients
        },
        onFailed: () => void counts.failed++,
      },
      stopping.signal,
    )
    const keeping = cacheBootstraps(client, context, data, stopping.signal)
    stack.push(() => Promise.allSettled([relaying, keeping]).then(() => {}))

    const siblings =
      options.joinPeers &&
      watchSiblings({
        urls: options.joinPeers,
        chain,
        clock: downstream.clock,
        ownPeerId: downstream.peerId,
      })
    stack.push(() => siblings?.stop())
    let draining = false
    const facts: BootnodeFacts = {
      isDraining: () => draining,
      isReady: () => !draining && client.status.state === 'following' && data.newestBootstrap() !== undefined,
      maxClients,
      siblings: () => siblings,
    }
    const http = await serveHttp(
      {
        joinDocument: () => joinDocumentOf(downstream, data, facts, options.clockOffsetMs),
        ready: facts.isReady,
        draining: facts.isDraining,
      },
      { host: options.http?.host ?? '127.0.0.1', port: options.http?.port ?? 0, certificate, signal },
    )
    stack.push(http.stop)
    const bootnode: Bootnode = {
      chain,
      get addresses() {
        return downstream.addresses
      },
      url: http.url,
      get metricsUrl() {
        return metrics?.url
      },
      client,
      downstream,
      get counts() {
        return { ...counts }
      },
      get tunnelCounts() {
        return gateway?.counts
      },
      get relayCounts() {
        return relay?.counts
      },
      get certificate() {
        return certificate && toldOf(certificate.value)
      },
      watchCertificate: (callback) => certificate?.watch((value) => callback(toldOf(value))) ?? (() => {}),
      reloadCertificate: async () => certificate?.reload(),
      get siblings() {
        return siblings?.addresses ?? []
      },
      watchSiblingTrouble: (callback) => siblings?.watchTrouble(callback) ?? (() => {}),
      get draining() {
        return draining
      },
      async drain({ windowMs = 0, signal: waiting } = {}) {
        draining = true
        await drainClients(downstream, { clock: downstream.clock, windowMs, signal: waiting })
      },
      checkpoint: () => data.newestBootstrap()?.root,
      ready: ({ signal: waiting } = {}) => firstCheckpoint(client, data, waiting),
      stop,
    }
    const metrics = await openMetrics(bootnode, facts, options)
    stack.push(() => metrics?.stop())
    signal?.addEventListener('abort', stop, { once: true })
    signal?.throwIfAborted()
    // The caller can listen by then.
    for (const error of early) (clock ?? systemClock).setTimer(() => onStorageError(error), 0)
    return bootnode
  } catch (error) {
    await stop()
    throw error
  }
}

/** The private key is nobody's business. */
function toldOf({ validUntilMs, error }: CertificateInUse): BootnodeCertificate {
  return { validUntilMs, ...(error && { error }) }
}
