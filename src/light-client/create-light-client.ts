import type { ComponentLogger } from '@libp2p/interface'
import { platform } from '#platform'
import { LamparaError, requireRuntime } from '../errors/index.ts'
import { createNetwork, hasJoin, readJoin, withChain } from '../network/index.ts'
import type { Network } from '../network/types.ts'
import { protocols } from '../reqresp/index.ts'
import { onAbort, raceSignal } from '../streams/abort.ts'
import { attachAsyncDispose } from '../streams/attach-async-dispose.ts'
import { type Follower, startFollower } from './follower.ts'
import { readHeads, readyOf } from './read-client.ts'
import { type PersistedResumePoint, persistResumePoint } from './resume/persist-resume-point.ts'
import { readCheckpoint } from './sync/checkpoint.ts'
import { timedVerifier } from './timed-verifier.ts'
import type { JoinLightClientOptions, LightClient, LightClientOptions } from './types.ts'
import { createCommitteeVerifier } from './verification/index.ts'

const DEFAULT_MIN_PARTICIPATION = 2 / 3
/** Protocols of which a discovered peer must support one. */
const requiredProtocols = [
  protocols.lightClientBootstrap,
  protocols.lightClientUpdatesByRange,
  protocols.lightClientFinalityUpdate,
  protocols.lightClientOptimisticUpdate,
].map(({ id }) => id)

const DEFAULT_STALLED_AFTER_SLOTS = 4

/**
 * Creates a light client: joins the network, goes on from what it verified before or bootstraps from the checkpoint, catches up,
 * and follows the chain.
 * Resolves as soon as it runs; `ready()` and `watchStatus()` tell the rest.
 *
 * With `join` a bootnode's web address is enough. Its document is then trusted for the checkpoint and the chain, unless you pass
 * these: see `JoinLightClientOptions`. Without, a browser needs `bootnodes` or `staticPeers`. Node, where nobody is named in these, in `enrs` or by `peerSources`, finds
 * peers by discv5, from the chain's published bootnodes on; `discv5: false` or `targetPeers: 0` forbids it, and `connect()` of
 * its network is then the only way.
 *
 * @example
 * ```ts
 * const client = await createLightClient({ join: 'https://relay.example' })
 * const head = await client.ready({ signal: AbortSignal.timeout(30_000) })
 * ```
 *
 * @throws LamparaError with `join` `bootnodes_unreachable` when no document could be got, `join_document_invalid` when what was got is
 *   none, `chain_mismatch` when they are of different chains; `bootnodes_missing` where nobody is named in a browser, or in Node for a chain without published
 *   bootnodes (before any dial); `runtime_unsupported` where discv5 is needed and its package not installed; `address_invalid`,
 *   `enr_invalid`, `checkpoint_missing`, `checkpoint_unavailable` when providers do not agree; `invalid_argument`; the signal's reason
 */
export async function createLightClient(given: LightClientOptions | JoinLightClientOptions): Promise<LightClient> {
  requireRuntime('Cannot create a light client')
  const options = await completeOptions(given)
  const minParticipation = options.minParticipation ?? DEFAULT_MIN_PARTICIPATION
  if (!(minParticipation >= 0 && minParticipation <= 1)) {
    throw new LamparaError(
      'invalid_argument',
      `Cannot create a light client: minParticipation ${minParticipation} is not from 0 to 1`,
    )
  }
  const { minAgreement = 1 } = options
  if (!Number.isInteger(minAgreement) || minAgreement < 1) {
    throw new LamparaError(
      'invalid_argument',
      `Cannot create a light client: minAgreement ${minAgreement} is not a whole number from 1 on`,
    )
  }
  const resolveCheckpoint = readCheckpoint(options.checkpoint)
  options.signal?.throwIfAborted()
  // A page has no UDP, and need not load the code: its network says that nobody is named.
  const alone = platform.startDiscv5 && (await import('../network/deferred.ts')).defaultDiscv5(options)
  const network =
    options.network ?? (await createNetwork({ requiredProtocols: requiredProtocols, ...options, ...alone }))
  try {
    const { chain, clock, storage, emit } = network
    const maxCheckpointAgeMs = options.maxCheckpointAgeMs ?? chain.maxCheckpointAgeMs
    const keeping =
      storage && options.resume !== false
        ? persistResumePoint({ chain, clock, storage, emit, maxAgeMs: maxCheckpointAgeMs })
        : undefined
    const [kept, start, bls] = await raceSignal(
      Promise.all([
        keeping,
        (async () => (await keeping)?.state ?? resolveCheckpoint(chain, { clock, signal: options.signal }))(),
        platform.loadBls(),
        platform.useFastHasher(),
      ]),
      options.signal,
    )
    // An abort in this very turn came too late for the race, and nobody listens for it from here on.
    options.signal?.throwIfAborted()
    const follower = startFollower({
      network,
      context: { chain, committees: timedVerifier(createCommitteeVerifier(bls), network.meter.onVerified) },
      start,
      ...(typeof options.checkpoint === 'object' && {
        renewCheckpoint: async (signal: AbortSignal) => resolveCheckpoint(chain, { clock, signal }),
      }),
      minParticipation,
      minAgreement,
      maxCheckpointAgeMs,
      stalledAfterSlots: options.stalledAfterSlots ?? DEFAULT_STALLED_AFTER_SLOTS,
      onCommitteesChecked: kept?.persist,
    })
    kept?.begin()
    if (network.logger !== undefined) logStates(network.logger, follower)
    return lightClientOf(network, follower, kept, options)
  } catch (error) {
    if (options.network === undefined) await network.stop()
    throw error
  }
}

/** Options with what the join documents say, where there are some. */
async function completeOptions(given: LightClientOptions | JoinLightClientOptions): Promise<LightClientOptions> {
  if (!hasJoin(given)) return given.network === undefined ? withChain(given) : given
  if ('network' in given && given.network !== undefined) {
    throw new LamparaError('invalid_argument', 'Cannot create a light client: join and network contradict each other')
  }
  const { options, checkpoint } = await readJoin(given)
  if (given.checkpoint !== undefined) return { ...options, checkpoint: given.checkpoint }
  if (checkpoint !== undefined) return { ...options, checkpoint }
  throw new LamparaError('checkpoint_missing', 'Cannot start a light client: the join document names no checkpoint')
}

function logStates(logger: ComponentLogger, { status }: Follower): void {
  const log = logger.forComponent('lampara:light-client')
  let last: string | undefined
  status.watch(({ state, message }) => {
    if (state !== last) log('%s: %s', state, message)
    last = state
  })
}

function lightClientOf(
  network: Network,
  follower: Follower,
  kept: PersistedResumePoint | undefined,
  options: LightClientOptions,
): LightClient {
  const { heads, status } = follower
  let stopped: Promise<void> | undefined
  let forgetSignal = (): void => {}

  function stop(): Promise<void> {
    stopped ??= (async () => {
      forgetSignal()
      await follower.stop()
      await kept?.close(follower.whenCommitteesChecked())
      if (options.network === undefined) await network.stop()
    })()
    return stopped
  }
  forgetSignal = onAbort(options.signal, stop)

  const client: LightClient = attachAsyncDispose({
    chain: network.chain,
    network,
    get status() {
      return follower.statusNow()
    },
    heads: readHeads(heads, follower.gapReasonOf),
    watchStatus: (callback) => status.watch(callback),
    watchVerified: (callback) => follower.watchVerified(callback),
    ready: (readyOptions) => readyOf(client, readyOptions?.signal),
    stop,
  })
  return client
}
