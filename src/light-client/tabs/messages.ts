import { isLamparaError, LamparaError, type LamparaErrorJson, reviveError } from '../../errors/index.ts'
import { withJson } from '../head.ts'
import type { Head, LightClientState, LightClientStatus } from '../types.ts'

/** Tabs of other versions of this protocol neither hear nor wait for each other: it is part of the channel's and the lock's name. */
export const TABS_VERSION = 1

/** The status as it crosses between tabs: plain data. */
export interface StatusMessage extends Omit<LightClientStatus, 'error' | 'optimistic' | 'finalized'> {
  readonly optimistic?: Head
  readonly finalized?: Head
  readonly error?: LamparaErrorJson
}

/** What tabs say to each other. `from` is the sender's id, which it draws when it starts. */
export type TabMessage = { readonly from: string } & (
  | /** Who leads? Who knows the leader only asks whether it is still there. */ {
      readonly type: 'hello'
      readonly known?: string
    }
  /** I lead from now on, or still do. */
  | { readonly type: 'leader' }
  | { readonly type: 'status'; readonly status: StatusMessage }
  | { readonly type: 'head'; readonly head: Head }
  /** I lead no more. */
  | { readonly type: 'bye' }
  /** The leader is asked to call `network.check()`. */
  | { readonly type: 'check'; readonly to: string; readonly id: number }
  | { readonly type: 'checked'; readonly to: string; readonly id: number; readonly error?: LamparaErrorJson }
  /** A message of yours could not be read. */
  | { readonly type: 'refused'; readonly to: string; readonly reason: string }
)

const MAX_TEXT = 16_384
const HEX = /^0x[0-9a-f]{1,64}$/
const states: Readonly<Record<LightClientState, true>> = {
  connecting: true,
  bootstrapping: true,
  syncing: true,
  following: true,
  stalled: true,
  disconnected: true,
  failed: true,
  stopped: true,
}

/**
 * Reads a message of another tab.
 *
 * @throws LamparaError `invalid_argument`, which says what is wrong with it
 */
export function readMessage(data: unknown): TabMessage {
  const message = objectOf(data, 'the message')
  textOf(message.from, 'from')
  switch (message.type) {
    case 'hello':
      if (message.known !== undefined) textOf(message.known, 'known')
      break
    case 'leader':
    case 'bye':
      break
    case 'status':
      checkStatus(message.status)
      break
    case 'head':
      checkHead(message.head, 'head')
      break
    case 'check':
    case 'checked':
      textOf(message.to, 'to')
      numberOf(message.id, 'id')
      break
    case 'refused':
      textOf(message.to, 'to')
      textOf(message.reason, 'reason')
      break
    default:
      throw invalid(`its type ${JSON.stringify(String(message.type).slice(0, 40))} is not known`)
  }
  return message as unknown as TabMessage
}

/** Makes plain data of a status. */
export function writeStatus({ error, ...status }: LightClientStatus): StatusMessage {
  const { optimistic, finalized, ...rest } = status
  return {
    ...rest,
    ...(optimistic && { optimistic: writeHead(optimistic) }),
    ...(finalized && { finalized: writeHead(finalized) }),
    ...(error && { error: plainError(error) }),
  }
}

/** Makes a status of what another tab wrote. @param ageMs - the optimistic head's age, whenever it is read */
export function readStatus({ error, headAgeMs: _, ...rest }: StatusMessage, ageMs: () => number): LightClientStatus {
  const { optimistic, finalized } = rest
  const status: LightClientStatus = {
    ...rest,
    ...(optimistic && { optimistic: withJson({ ...optimistic }) }),
    ...(finalized && { finalized: withJson({ ...finalized }) }),
    ...(error && { error: reviveError(error) }),
  }
  if (optimistic === undefined) return status
  return Object.defineProperty(status, 'headAgeMs', { enumerable: true, get: ageMs })
}

/** A head without what cannot be cloned. */
export function writeHead(head: Head): Head {
  return { ...head }
}

/** An error as it crosses between tabs. */
export function plainError(error: unknown): LamparaErrorJson {
  const own = isLamparaError(error) ? error : LamparaError.from(error, 'internal', 'Cannot go on')
  return JSON.parse(JSON.stringify(own, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)))
}

function checkStatus(given: unknown): void {
  const status = objectOf(given, 'status')
  if (typeof status.state !== 'string' || !Object.hasOwn(states, status.state)) throw invalid('status.state is unknown')
  textOf(status.message, 'status.message')
  numberOf(status.peers, 'status.peers')
  if (status.headAgeMs !== undefined) numberOf(status.headAgeMs, 'status.headAgeMs')
  if (status.help !== undefined) textOf(status.help, 'status.help')
  if (status.optimistic !== undefined) checkHead(status.optimistic, 'status.optimistic')
  if (status.finalized !== undefined) checkHead(status.finalized, 'status.finalized')
  if (status.error !== undefined) textOf(objectOf(status.error, 'status.error').message, 'status.error.message')
}

function checkHead(given: unknown, what: string): void {
  const head = objectOf(given, what)
  if (head.kind !== 'optimistic' && head.kind !== 'finalized') throw invalid(`${what}.kind is unknown`)
  for (const key of ['slot', 'participation', 'slotStartMs', 'verifiedAtMs']) numberOf(head[key], `${what}.${key}`)
  for (const key of ['root', 'parentRoot', 'stateRoot']) {
    if (typeof head[key] !== 'string' || !HEX.test(head[key])) throw invalid(`${what}.${key} is no root`)
  }
  if (typeof head.supermajority !== 'boolean') throw invalid(`${what}.supermajority is not true or false`)
  textOf(head.fork, `${what}.fork`)
  const agreement = objectOf(head.agreement, `${what}.agreement`)
  for (const key of ['paths', 'asked']) numberOf(agreement[key], `${what}.agreement.${key}`)
  if (head.execution !== undefined) objectOf(head.execution, `${what}.execution`)
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} is no object`)
  return value as Record<string, unknown>
}

function textOf(value: unknown, what: string): void {
  if (typeof value !== 'string' || value.length > MAX_TEXT)
    throw invalid(`${what} is no text of ${MAX_TEXT} characters`)
}

function numberOf(value: unknown, what: string): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`${what} is no number`)
}

function invalid(reason: string): LamparaError {
  return new LamparaError('invalid_argument', `Cannot read a message of another tab: ${reason}`)
}
