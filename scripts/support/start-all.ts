import { createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { joinDocumentPath } from '../../src/discovery/index.ts'
import { servePage } from './serve-page.ts'
import type { StartArguments } from './start-arguments.ts'

/** Everything that `npm start` runs. */
export interface Running {
  /** The page's address. */
  readonly url: string
  readonly joinUrl: string
  readonly beaconAddress: string
  readonly restUrl: string
  stop(): Promise<void>
}

/** Two seconds look alive, and leave a laptop cool. */
const SLOT_MS = 2000
/** Of eight slots each; the chain starts in its fifth epoch, so that a page soon sees both go by. */
const FULU_EPOCH = 7
const BLOB_FORK_EPOCH = 9
const READY_TIMEOUT_MS = 60_000

/**
 * Starts devnet, bootnode and page. Resolves once the page would find a verified head.
 *
 * @throws Error in words for people; the signal's reason. What had started is stopped.
 */
export async function startAll(
  options: StartArguments & { readonly signal: AbortSignal; readonly say: (line: string) => void },
): Promise<Running> {
  const { signal, say } = options
  const stack: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const end of stack.splice(0).reverse()) await end()
  }
  try {
    say('Starting a devnet and a bootnode…')
    const devnet = await createDevnet({
      preset: 'minimal',
      slotDurationMs: SLOT_MS,
      forks: { electra: 0, fulu: FULU_EPOCH },
      blobSchedule: [{ epoch: BLOB_FORK_EPOCH, maxBlobsPerBlock: 15 }],
      participation: participationAt,
      missedSlots: 0.05,
      signal,
    })
    stack.push(() => devnet.stop())
    const bootnode = await createBootnode({
      chain: devnet.chain,
      upstream: devnet.addresses,
      // So that the page learns of the devnet, and holds a connection of its own to it through the bootnode.
      enrs: [await devnet.network.enr()],
      // The devnet counts no identities by address: it need not be spared.
      tunnel: { minUpstreamPeers: 0 },
      allowPrivateAddresses: true,
      checkpoint: devnet.checkpoint(),
      clock: devnet.clock,
      clockOffsetMs: devnet.clockOffsetMs,
      signal,
    })
    stack.push(() => bootnode.stop())
    const joinUrl = `${bootnode.url}${joinDocumentPath}`
    const page = await servePage({ ...options, joinUrl })
    stack.push(page.stop)
    await untilServed(joinUrl, AbortSignal.any([signal, AbortSignal.timeout(READY_TIMEOUT_MS)]))
    return {
      url: page.url,
      joinUrl,
      beaconAddress: devnet.addresses[0] ?? '',
      restUrl: devnet.restUrl,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Not always the same, so that the chart has something to show: from about 85 to 100 of 100. */
function participationAt(slot: number): number {
  return 0.92 + 0.08 * Math.sin(slot / 5) * Math.sin(slot * 1.7)
}

/** The bootnode answers once it verified a checkpoint. */
async function untilServed(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const response = await fetch(url, { signal })
    await response.body?.cancel()
    if (response.ok) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
