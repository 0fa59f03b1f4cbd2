import type { AppState } from '../state/app-state.ts'
import type { LogEntry } from '../state/log.ts'
import { type ChartModel, chartModel } from './chart.ts'
import { formatCount, formatDuration } from './format.ts'
import { type HeadModel, headModel } from './heads.ts'
import { type PeerModel, peerModels } from './peers.ts'
import { type ProblemModel, problemModel } from './problem.ts'
import { type StatusModel, statusModel } from './status.ts'

/** Everything that the page shows, at a moment. */
export interface PageModel {
  /** The document's title: what a tab in the background tells. */
  readonly title: string
  readonly chain: string
  readonly status: StatusModel
  readonly facts: readonly { readonly name: string; readonly value: string }[]
  readonly action: { readonly label: string; readonly enabled: boolean } | undefined
  readonly problem: ProblemModel | undefined
  readonly optimistic: HeadModel
  readonly finalized: HeadModel
  readonly chart: ChartModel | undefined
  readonly peers: { readonly peers: readonly PeerModel[]; readonly count: string; readonly none: string }
  readonly log: readonly LogEntry[]
  /** Where the page joined last; empty where it has not. */
  readonly where: string
}

/**
 * The page, from its state. Pure.
 *
 * @param nowMs - by the client's clock
 * @param chartWidth - CSS pixels
 * @param where - where the page joined last, if it did
 */
export function pageModel(state: AppState, nowMs: number, chartWidth: number, where: string | undefined): PageModel {
  const status = statusModel(state)
  const error = state.problem ?? (state.phase === 'running' ? state.status?.error : undefined)
  const peers = peerModels(state.peers, nowMs)
  return {
    title: titleOf(status, state),
    chain: state.chain?.name ?? '',
    status,
    facts: factsOf(state, nowMs),
    action: actionOf(state, where !== undefined),
    problem: error === undefined ? undefined : problemModel(error),
    optimistic: headModel(state, 'optimistic', nowMs),
    finalized: headModel(state, 'finalized', nowMs),
    chart:
      state.chain === undefined
        ? undefined
        : chartModel(state.history, state.chain, state.status?.finalized?.slot, nowMs, chartWidth),
    peers: {
      peers,
      count: state.peers.length === 0 ? '' : formatCount(state.peers.length),
      none: state.phase === 'running' ? 'No peer is connected.' : 'Peers appear here once the page is connected.',
    },
    log: state.log,
    where: where ?? '',
  }
}

function titleOf(status: StatusModel, state: AppState): string {
  const slot = state.status?.optimistic?.slot
  if (status.key === 'following' && slot !== undefined) return `${formatCount(slot)} · Lampara`
  return status.key === 'idle' ? 'Lampara' : `${status.title} · Lampara`
}

function factsOf(state: AppState, nowMs: number): PageModel['facts'] {
  if (state.phase !== 'running' || state.status === undefined || state.chain === undefined) return []
  const { optimistic, peers } = state.status
  const slot = Math.max(0, Math.floor((nowMs - state.chain.genesisTimeMs) / state.chain.slotDurationMs))
  return [
    { name: 'Peers', value: formatCount(peers) },
    { name: 'Head age', value: optimistic === undefined ? '–' : formatDuration(nowMs - optimistic.slotStartMs) },
    { name: 'Slot now', value: formatCount(slot) },
    { name: 'Epoch', value: formatCount(Math.floor(slot / state.chain.slotsPerEpoch)) },
  ]
}

function actionOf(state: AppState, hasTarget: boolean): PageModel['action'] {
  switch (state.phase) {
    case 'idle':
      return hasTarget ? { label: 'Try again', enabled: true } : undefined
    case 'stopped':
      return { label: 'Start', enabled: true }
    case 'stopping':
      return { label: 'Stopping', enabled: false }
    case 'opening':
      return { label: 'Stop', enabled: true }
    case 'running':
      return { label: state.status?.state === 'failed' ? 'Start again' : 'Stop', enabled: true }
  }
}
