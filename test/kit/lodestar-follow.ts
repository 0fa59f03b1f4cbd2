import { registerHooks } from 'node:module'
import { type Chain, forkAtSlot, fromHex } from '../../src/chain/index.ts'
import type { ProducedSlot } from '../../src/devnet/beacon/beacon-chain.ts'
import { devnetForkNames } from '../../src/devnet/beacon/schedule.ts'
import { messageOf } from '../../src/errors/index.ts'
import { contextSlotOf, encodeLightClientObject, headerRoot, type LightClientObject } from '../../src/ssz/index.ts'
import { objectsOf } from './devnet-chain.ts'

// Its BLS package wants a blst of another major version than ours; herumi's is complete, and one more that is not ours.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === '@chainsafe/bls' ? '@chainsafe/bls/herumi' : specifier, context),
})

/** What Lodestar's published light client made of a chain. */
export interface LodestarOutcome {
  readonly finalizedSlot: number
  readonly optimisticSlot: number
  /** Accepted objects by `fork kind`. */
  readonly accepted: ReadonlyMap<string, number>
  /** `slot kind fork: reason` of everything that it refused. */
  readonly refused: readonly string[]
}

/**
 * Follows a chain with `@lodestar/light-client` from the first bootstrap on; every further bootstrap must start a client
 * too. Objects go over as SSZ bytes and are decoded by `@lodestar/types`, so that nothing of ours is in between.
 *
 * Lodestar reads LODESTAR_PRESET when it is imported: one preset per process, so set it first, in a test file of its own.
 */
export async function followWithLodestar(chain: Chain, slots: readonly ProducedSlot[]): Promise<LodestarOutcome> {
  if (process.env.LODESTAR_PRESET !== chain.preset.name)
    throw new Error('Cannot load Lodestar: LODESTAR_PRESET differs')
  const { Lightclient } = await import('@lodestar/light-client')
  const { LightclientSpec } = await import('@lodestar/light-client/spec')
  const { createBeaconConfig } = await import('@lodestar/config')
  const { ssz } = await import('@lodestar/types')
  const config = createBeaconConfig(await lodestarConfig(chain), fromHex(chain.genesisValidatorsRoot))

  const forkOf = (object: LightClientObject): LodestarFork =>
    forkAtSlot(chain, contextSlotOf(object)).name as LodestarFork
  const decode = (object: LightClientObject) => {
    const types = ssz[forkOf(object)]
    const bytes = encodeLightClientObject(chain, object)
    return {
      bootstrap: () => types.LightClientBootstrap.deserialize(bytes),
      update: () => types.LightClientUpdate.deserialize(bytes),
      finalityUpdate: () => types.LightClientFinalityUpdate.deserialize(bytes),
      optimisticUpdate: () => types.LightClientOptimisticUpdate.deserialize(bytes),
    }
  }

  const startClient = (bootstrap: LightClientObject<'bootstrap'>) =>
    Lightclient.initializeFromCheckpointRoot({
      config,
      logger: { error() {}, warn() {}, info() {}, debug() {} },
      genesisData: { genesisTime: chain.genesisTimeMs / 1000, genesisValidatorsRoot: chain.genesisValidatorsRoot },
      transport: {
        getBootstrap: async () => ({ version: forkOf(bootstrap), data: decode(bootstrap).bootstrap() }),
      } as unknown as Parameters<typeof Lightclient.initializeFromCheckpointRoot>[0]['transport'],
      checkpointRoot: headerRoot(bootstrap.value.header.beacon),
    })

  const first = slots.flatMap((slot) => slot.bootstraps)[0]!
  const spec = new LightclientSpec(
    config,
    { allowForcedUpdates: false, updateHeadersOnForcedUpdate: false },
    decode(first).bootstrap(),
  )
  const accepted = new Map<string, number>()
  const refused: string[] = []
  for (const slot of slots) {
    for (const object of objectsOf(slot)) {
      const what = `${forkOf(object)} ${object.kind}`
      try {
        if (object.kind === 'bootstrap') await startClient(object)
        else if (object.kind === 'update') spec.onUpdate(slot.slot, decode(object).update())
        else if (object.kind === 'finality_update') spec.onFinalityUpdate(slot.slot, decode(object).finalityUpdate())
        else spec.onOptimisticUpdate(slot.slot, decode(object).optimisticUpdate())
        accepted.set(what, (accepted.get(what) ?? 0) + 1)
      } catch (error) {
        refused.push(`${slot.slot} ${what}: ${messageOf(error)}`)
      }
    }
  }
  return {
    finalizedSlot: spec.store.finalizedHeader.beacon.slot,
    optimisticSlot: spec.store.optimisticHeader.beacon.slot,
    accepted,
    refused,
  }
}

/** The SSZ types of `@lodestar/types`. */
export async function lodestarTypes() {
  return (await import('@lodestar/types')).ssz
}

type LodestarFork = (typeof devnetForkNames)[number]

export async function lodestarConfig(chain: Chain) {
  const { defaultChainConfig } = await import('@lodestar/config')
  const forks: Record<string, unknown> = { GENESIS_FORK_VERSION: fromHex(chain.forks[0]!.version) }
  for (const name of devnetForkNames) {
    const fork = chain.forks.find((candidate) => candidate.name === name)
    forks[`${name.toUpperCase()}_FORK_EPOCH`] = fork?.epoch ?? Number.POSITIVE_INFINITY
    if (fork !== undefined) forks[`${name.toUpperCase()}_FORK_VERSION`] = fromHex(fork.version)
  }
  return { ...defaultChainConfig, ...forks, PRESET_BASE: chain.preset.name } as typeof defaultChainConfig
}
