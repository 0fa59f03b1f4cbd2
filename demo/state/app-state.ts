import type { Head, LightClientStatus, NetworkEvent, PeerInfo } from 'lampara'
import { emptyHistory, type HeadHistory, withHead, withInterruption } from './head-history.ts'
import { describeEvent, describeStatusChange, type LogEntry, type LogLine } from './log.ts'

/** Where the page is in its own life; `running` hands over to the client's status. */
export type Phase = 'idle' | 'opening' | 'running' | 'stopping' | 'stopped'

/** An error, reduced to what is shown of it. */
export interface Problem {
  readonly code: string
  readonly message: string
}

/** What the page needs to know about the chain. */
export interface ChainFacts {
  readonly name: string
  readonly slotDurationMs: number
  readonly genesisTimeMs: number
  readonly slotsPerEpoch: number
  readonly committeeSize: number
}

/** All that the page shows, as one value. */
export interface AppState {
  readonly phase: Phase
  readonly chain?: ChainFacts
  readonly status?: LightClientStatus
  readonly peers: readonly PeerInfo[]
  readonly history: HeadHistory
  /** Newest first; bounded. */
  readonly log: readonly LogEntry[]
  /** Why it could not start. */
  readonly problem?: Problem
}

/** What can happen to the page. */
export type AppEvent =
  | { readonly type: 'opening'; readonly where: string }
  | { readonly type: 'opened'; readonly chain: ChainFacts }
  | { readonly type: 'open-failed'; readonly problem: Problem }
  | { readonly type: 'status'; readonly status: LightClientStatus }
  | { readonly type: 'peers'; readonly peers: readonly PeerInfo[] }
  | { readonly type: 'head'; readonly head: Head }
  | { readonly type: 'network'; readonly event: NetworkEvent }
  | { readonly type: 'stopping' }
  | { readonly type: 'stopped' }

/** Log lines kept: a page may stay open for weeks. */
export const MAX_LOG_ENTRIES = 80

/** The page before anything was asked of it. */
export const initialState: AppState = { phase: 'idle', peers: [], history: emptyHistory, log: [] }

/** The next state. Pure. @param atMs - the reader's time, Unix milliseconds, for the log */
export function reduce(state: AppState, event: AppEvent, atMs: number): AppState {
  const line = describe(state, event)
  const next = apply(state, event)
  return line === undefined ? next : { ...next, log: appended(state.log, line, atMs) }
}

function apply(state: AppState, event: AppEvent): AppState {
  switch (event.type) {
    case 'opening':
      return { ...initialState, phase: 'opening', log: state.log }
    case 'opened':
      return { ...state, phase: 'running', chain: event.chain }
    case 'open-failed':
      return { ...initialState, problem: event.problem, log: state.log }
    case 'status': {
      const interrupted = event.status.state !== 'following'
      return { ...state, status: event.status, history: interrupted ? withInterruption(state.history) : state.history }
    }
    case 'peers':
      return { ...state, peers: event.peers }
    case 'head':
      return { ...state, history: withHead(state.history, event.head, state.status?.state === 'following') }
    case 'network':
      return state
    case 'stopping':
      return { ...state, phase: 'stopping' }
    case 'stopped':
      return { ...state, phase: 'stopped', peers: [], history: withInterruption(state.history) }
  }
}

function describe(state: AppState, event: AppEvent): LogLine | undefined {
  switch (event.type) {
    case 'opening':
      return { tone: 'plain', text: `Joining through ${event.where}` }
    case 'opened':
      return { tone: 'plain', text: `Chain ${event.chain.name}` }
    case 'open-failed':
      return { tone: 'bad', text: event.problem.message }
    case 'status':
      return describeStatusChange(state.status, event.status)
    case 'network':
      return describeEvent(event.event)
    case 'stopped':
      return { tone: 'plain', text: 'Stopped' }
    default:
      return undefined
  }
}

function appended(log: readonly LogEntry[], line: LogLine, atMs: number): readonly LogEntry[] {
  const newest = log[0]
  const key = (newest?.key ?? 0) + 1
  // A bootnode that stays away would otherwise push everything else out of the log.
  if (newest !== undefined && newest.text === line.text) {
    return [{ ...newest, atMs, count: newest.count + 1 }, ...log.slice(1)]
  }
  return [{ ...line, key, atMs, count: 1 }, ...log].slice(0, MAX_LOG_ENTRIES)
}
