import { epochOfSlot, periodOfSlot } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { LightClientData, ServedChain } from '../served-chain.ts'
import type { Persona } from './personas.ts'

/** The data of a chain, less what a node with this persona never had. */
export function limitHistory(served: ServedChain, { history }: Persona): LightClientData {
  const { chain, data } = served
  if (history === undefined) return data
  const { periods, bootstrapEpochs } = history
  const firstPeriod = (): number => periodOfSlot(chain, served.head().beacon.slot) - periods + 1
  const firstEpoch = (): number => epochOfSlot(chain, served.finalized().beacon.slot) - bootstrapEpochs + 1
  return {
    ...data,
    bootstrap(root) {
      const bootstrap = data.bootstrap(root)
      if (bootstrap === undefined || epochOfSlot(chain, bootstrap.value.header.beacon.slot) < firstEpoch())
        return undefined
      return bootstrap
    },
    update: (period) => (period < firstPeriod() ? undefined : data.update(period)),
    firstPeriod(from) {
      if (from >= firstPeriod()) return data.firstPeriod === undefined ? from : data.firstPeriod(from)
      throw new LamparaError('resource_unavailable', `Cannot serve updates from period ${from} on: not available`)
    },
  }
}
