import { type BeaconContainer, fieldView } from '../beacon-types.ts'
import type { StateView } from './state-view.ts'

/** What an upgrade starts from and leads to. */
export interface Upgrade {
  readonly state: StateView
  readonly from: BeaconContainer
  readonly to: BeaconContainer
  readonly previousVersion: Uint8Array
  readonly currentVersion: Uint8Array
  readonly epoch: number
}

/** 1 + MAX_SEED_LOOKAHEAD: compute_activation_exit_epoch's distance. */
const EXIT_DELAY_EPOCHS = 5

/** MIN_PER_EPOCH_CHURN_LIMIT_ELECTRA, in Gwei. */
const MIN_CHURN_GWEI = 128_000_000_000n

/**
 * The irregular state change at a fork (`upgrade_to_*`, each fork's fork.md): fields that both know are taken over as
 * trees, new ones get their initial value, the execution payload header keeps what it had.
 */
export function upgradeState({ state, from, to, previousVersion, currentVersion, epoch }: Upgrade): StateView {
  const old = state as unknown as Record<string, unknown>
  const next = to.defaultViewDU() as unknown as Record<string, unknown>
  const initial = initialValues(epoch)
  for (const field of Object.keys(to.fields)) {
    if (field in from.fields) next[field] = old[field]
    else if (field in initial) next[field] = initial[field]
  }
  next.fork = fieldView(to, 'fork', { previousVersion, currentVersion, epoch })
  const execution = 'latestExecutionPayloadHeader'
  if (execution in from.fields) {
    const header = old[execution] as { toValue(): Record<string, unknown> }
    const empty = to.fields[execution]!.defaultValue() as Record<string, unknown>
    next[execution] = fieldView(to, execution, { ...empty, ...header.toValue() })
  }
  return next as unknown as StateView
}

/** Initial values that are not simply zero (electra/fork.md). */
function initialValues(epoch: number): Record<string, number | bigint> {
  return {
    // UNSET_DEPOSIT_REQUESTS_START_INDEX
    depositRequestsStartIndex: 2n ** 64n - 1n,
    exitBalanceToConsume: MIN_CHURN_GWEI,
    earliestExitEpoch: epoch + EXIT_DELAY_EPOCHS + 1,
    earliestConsolidationEpoch: epoch + EXIT_DELAY_EPOCHS,
  }
}
