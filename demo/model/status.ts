import type { LightClientState, LightClientStatus } from 'lampara'
import type { AppState } from '../state/app-state.ts'
import { formatCount, withoutCode } from './format.ts'

/** How a state feels: colours and the lamp follow it. */
export type Tone = 'off' | 'working' | 'good' | 'warning' | 'bad'

/** What the status panel shows. */
export interface StatusModel {
  readonly key: 'idle' | 'opening' | 'stopping' | LightClientState
  readonly tone: Tone
  /** The state in two or three words. */
  readonly title: string
  /** What that means now, in a sentence. */
  readonly sentence: string
  /** While catching up: a share, 0 to 1, and in words. */
  readonly progress?: { readonly share: number; readonly words: string }
}

const words: Readonly<Record<LightClientState, { tone: Tone; title: string; sentence: string }>> = {
  connecting: { tone: 'working', title: 'Connecting', sentence: 'Dialing the bootnode.' },
  bootstrapping: { tone: 'working', title: 'Bootstrapping', sentence: 'Asking a peer to prove the checkpoint.' },
  syncing: { tone: 'working', title: 'Catching up', sentence: 'Verifying one sync committee after another.' },
  following: { tone: 'good', title: 'Following', sentence: 'Every head below was verified in this tab.' },
  stalled: { tone: 'warning', title: 'Stalled', sentence: 'Connected, but no new head has come.' },
  disconnected: {
    tone: 'bad',
    title: 'Not connected',
    sentence: 'No peer is left. Trying to reach the bootnode again.',
  },
  failed: { tone: 'bad', title: 'Failed', sentence: 'The client gave up.' },
  stopped: { tone: 'off', title: 'Stopped', sentence: 'Nothing runs. Start to follow the chain again.' },
}

/** The state in words. */
export function statusModel(state: AppState): StatusModel {
  if (state.phase === 'idle') {
    const failed = state.problem !== undefined
    return failed
      ? {
          key: 'failed',
          tone: 'bad',
          title: 'Could not start',
          sentence: 'Below is why. Try again, or join elsewhere.',
        }
      : { key: 'idle', tone: 'off', title: 'Not started', sentence: 'Give a join document or a bootnode to begin.' }
  }
  if (state.phase === 'opening') {
    return { key: 'opening', tone: 'working', title: 'Starting', sentence: 'Reading where to join.' }
  }
  if (state.phase === 'stopping') {
    return { key: 'stopping', tone: 'off', title: 'Stopping', sentence: 'Saying goodbye to peers.' }
  }
  if (state.phase === 'stopped') return { key: 'stopped', ...words.stopped }
  return state.status === undefined ? { key: 'connecting', ...words.connecting } : runningModel(state.status)
}

function runningModel(status: LightClientStatus): StatusModel {
  const { tone, title, sentence } = words[status.state]
  const reason = saysMore.has(status.state) ? asSentence(withoutError(status)) : ''
  const progress = status.state === 'syncing' ? progressOf(status) : undefined
  return { key: status.state, tone, title, sentence: reason === '' ? sentence : reason, ...(progress && { progress }) }
}

/** States whose reason tells more than their title does. */
const saysMore: ReadonlySet<LightClientState> = new Set(['connecting', 'bootstrapping', 'stalled', 'failed'])

/** The error has a place of its own on the page. */
function withoutError({ message, error, state }: LightClientStatus): string {
  if (error === undefined || state === 'failed') return message
  const words = `: ${withoutCode(error)}`
  return message.endsWith(words) ? message.slice(0, -words.length) : message
}

function progressOf(status: LightClientStatus): StatusModel['progress'] {
  if (status.sync === undefined) return undefined
  const { startPeriod, period, targetPeriod } = status.sync
  const span = Math.max(1, targetPeriod - startPeriod)
  const share = Math.min(1, Math.max(0, (period - startPeriod) / span))
  return { share, words: `Committee period ${formatCount(period)} of ${formatCount(targetPeriod)}` }
}

/** Reasons come as fragments or sentences; on the page they are sentences. */
function asSentence(reason: string): string {
  const trimmed = reason.trim()
  if (trimmed === '') return ''
  const upper = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?…]$/.test(upper) ? upper : `${upper}.`
}
