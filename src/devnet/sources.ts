import { mainnet, type SlotClock, slotStartMs } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import { type Clock, offsetClock, systemClock } from '../streams/clock.ts'
import { createBeaconChain, type ProducedSlot } from './beacon/beacon-chain.ts'
import { planChain, within } from './beacon/plan.ts'
import { serveBeaconChain } from './beacon/served-beacon-chain.ts'
import { produceByClock, produceUntil } from './produce.ts'
import type { Publication } from './publish.ts'
import { readRecording } from './replay/read-folder.ts'
import { createReplayChain } from './replay/replay-chain.ts'
import type { ServedChain } from './served-chain.ts'
import type { MadeDevnetOptions, ReplayDevnetOptions } from './types.ts'

/** A chain to serve, with its own time, and what drives it. */
export interface ChainSource {
  readonly served: ServedChain
  readonly clock: Clock
  readonly clockOffsetMs: number
  readonly skipped: readonly string[]
  /** Runs the chain until the signal aborts. `onSlot` is called for every slot made, `publish` of what a node would send now. */
  run(
    slotClock: SlotClock,
    onSlot: (produced: ProducedSlot) => void,
    publish: (publication: Publication) => void,
    signal: AbortSignal,
  ): Promise<void>
}

/** A chain that is made, with its first slots behind it. @throws LamparaError `invalid_argument`, `config_invalid` */
export async function makeChain(options: MadeDevnetOptions, signal: AbortSignal): Promise<ChainSource> {
  const { clock = systemClock } = options
  const plan = planChain({ ...options, genesisTime: 0 })
  const startSlot = within('startSlot', options.startSlot ?? 4 * plan.preset.slotsPerEpoch + 1, 0, 1_000_000)
  // Genesis lies on a whole second, as everywhere: up to a second's slots more lie behind at the start.
  const genesisTime = Math.floor((clock.now() - startSlot * plan.slotDurationMs) / 1000)
  if (genesisTime < 0) {
    throw new LamparaError(
      'invalid_argument',
      `Cannot start a devnet: by its clock ${startSlot} slots reach before 1970`,
    )
  }
  const beacon = await createBeaconChain({ ...options, genesisTime })
  const served = serveBeaconChain(beacon)
  await produceUntil(beacon, startSlot, () => {}, signal)
  return {
    served,
    clock,
    clockOffsetMs: 0,
    skipped: [],
    run: (slotClock, onSlot, publish, stopping) =>
      produceByClock(
        beacon,
        slotClock,
        (produced) => {
          onSlot(produced)
          // After a sleep only the newest is useful to anyone.
          if (produced.slot >= slotClock.currentSlot()) publish(produced)
        },
        stopping,
      ),
  }
}

/** A chain that was recorded, at its last slot. @throws LamparaError `file_unreadable` */
export async function replayChain(options: ReplayDevnetOptions, signal: AbortSignal): Promise<ChainSource> {
  const { clock: base = systemClock, chain: recorded = mainnet } = options
  const { objects, skipped } = await readRecording(recorded, options.replay, signal)
  const served = createReplayChain(recorded, objects, options.replay)
  const clockOffsetMs = Math.ceil(slotStartMs(recorded, served.lastSlot) - base.now())
  return {
    served,
    clock: offsetClock(clockOffsetMs, base),
    clockOffsetMs,
    skipped,
    async run(_slotClock, _onSlot, publish) {
      const { data } = served
      publish({ finalityUpdate: data.finalityUpdate(), optimisticUpdate: data.optimisticUpdate() })
    },
  }
}
