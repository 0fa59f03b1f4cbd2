import { LamparaError, reviveError } from '../../errors/index.ts'
import { deadline, onAbort, raceSignal } from '../../streams/abort.ts'
import { attachAsyncDispose } from '../../streams/attach-async-dispose.ts'
import type { CancelTimer, Clock } from '../../streams/clock.ts'
import { createWatchable } from '../../streams/watchable.ts'
import { readHeads, readyOf } from '../read-client.ts'
import type { Head, LightClient, LightClientStatus } from '../types.ts'
import type { Channel, TabEnvironment } from './environment.ts'
import { createLeadership } from './leadership.ts'
import {
  plainError,
  readMessage,
  readStatus,
  TABS_VERSION,
  type TabMessage,
  writeHead,
  writeStatus,
} from './messages.ts'
import { type RunningClient, runClient } from './run-client.ts'
import { createTabView } from './tab-view.ts'
import type { SharedLightClient, TabRole } from './types.ts'

/** How often a follower asks whether the leader is there, when it heard nothing of it. */
const PING_MS = 4_000
/** So many questions in a row go unanswered before the lead is taken. Counted, not timed: timers of hidden pages are slow. */
const UNANSWERED = 3
const CHECK_MS = 10_000
/** After a client that could not be created the lead is passed on, and sought again. */
const RETRY_MS = 2_000
/** Answers that may be waited for. */
const MAX_CHECKS = 64

/** What a tab works with; all of it is handed in. */
export interface TabOptions {
  readonly name: string
  readonly signal?: AbortSignal | undefined
  readonly environment: TabEnvironment
  readonly clock: Clock
  createClient(): Promise<LightClient>
  /** Told from other tabs by it. */
  readonly id: string
  random(): number
}

/** Runs one tab's part. Resolves when it leads or is told by the leader; see `createSharedLightClient()`. */
export async function createTab(options: TabOptions): Promise<SharedLightClient> {
  const { environment, clock, id, signal } = options
  const { locks } = environment
  const fullName = `lampara-tabs-${TABS_VERSION}-${options.name}`
  const waiting: LightClientStatus = { state: 'connecting', message: 'Waiting for the tab that leads', peers: 0 }
  const view = createTabView(waiting)
  const role = createWatchable<TabRole>(locks === undefined ? 'alone' : 'follower')
  const settled = Promise.withResolvers<void>()
  const checks = new Map<number, PromiseWithResolvers<void>>()
  let channel: Channel | undefined
  let running: RunningClient | undefined
  let ended: Promise<unknown> = Promise.resolve()
  let leader: string | undefined
  let unanswered = 0
  let heard = false
  let away = false
  let stopped: Promise<void> | undefined
  let nextCheck = 0
  let cancelPing: CancelTimer = () => {}
  let cancelRetry: CancelTimer = () => {}

  function post(message: TabMessage): void {
    try {
      channel?.postMessage(message)
    } catch {
      // What cannot be cloned is told with the next status; a closed channel belongs to a page that is leaving.
    }
  }

  function lead(as: TabRole): void {
    cancelPing()
    leader = id
    role.set(as)
    post({ from: id, type: 'leader' })
    const own = runClient(ended, options.createClient, {
      onStatus(status) {
        view.setStatus(id, status)
        post({ from: id, type: 'status', status: writeStatus(view.status.value) })
      },
      onHead(head) {
        view.setHead(id, head)
        post({ from: id, type: 'head', head: writeHead(head) })
      },
    })
    running = own
    own.started.then(settled.resolve, (thrown) => {
      settled.reject(thrown)
      if (running !== own || stopped !== undefined) return
      const error = LamparaError.from(thrown, 'internal', 'Cannot lead the other tabs')
      view.setStatus(id, { state: 'disconnected', message: `Not connected: ${error.message}`, peers: 0, error })
      post({ from: id, type: 'status', status: writeStatus(view.status.value) })
      retire()
      leadership?.resign()
      cancelRetry = clock.setTimer(as === 'alone' ? () => lead('alone') : follow, RETRY_MS)
    })
  }

  /** Runs no client any more. */
  function retire(): void {
    ended = running?.stop() ?? ended
    running = undefined
  }

  function follow(): void {
    leader = undefined
    unanswered = 0
    role.set('follower')
    post({ from: id, type: 'hello' })
    leadership?.campaign()
    ping()
  }

  /** Asks for the leader whenever nothing was heard of it, and takes the lead of one that does not answer. */
  function ping(): void {
    cancelPing()
    heard = false
    cancelPing = clock.setTimer(
      () => {
        if (heard) unanswered = 0
        else if (++unanswered > UNANSWERED) {
          unanswered = 0
          leadership?.campaign({ steal: true })
        } else post({ from: id, type: 'hello', ...(leader !== undefined && { known: leader }) })
        ping()
      },
      // Two that take the lead from one do not do so at once.
      PING_MS * (1 + options.random()),
    )
  }

  function toldBy(from: string): boolean {
    if (running !== undefined) return false
    leader ??= from
    if (leader !== from) return false
    heard = true
    return true
  }

  function onMessage(data: unknown): void {
    let message: TabMessage
    try {
      message = readMessage(data)
    } catch (error) {
      const from = (data as { readonly from?: unknown } | null)?.from
      const refused = (data as { readonly type?: unknown } | null)?.type === 'refused'
      // Not of each other's refusals for ever.
      if (typeof from === 'string' && !refused) {
        post({ from: id, type: 'refused', to: from, reason: (error as Error).message })
      }
      return
    }
    if (message.from !== id) act(message)
  }

  function act(message: TabMessage): void {
    const { from } = message
    switch (message.type) {
      case 'hello':
        if (running === undefined) return
        post({ from: id, type: 'leader' })
        if (message.known !== id && running.client !== undefined) tellAll()
        return
      case 'leader':
        if (running !== undefined) return
        leader = from
        heard = true
        return
      case 'status': {
        if (!toldBy(from)) return
        const { status } = message
        const receivedAtMs = clock.now()
        const ageMs = status.headAgeMs ?? 0
        view.setStatus(
          from,
          readStatus(status, () => Math.max(0, ageMs + clock.now() - receivedAtMs)),
        )
        settled.resolve()
        return
      }
      case 'head':
        if (toldBy(from)) view.setHead(from, message.head)
        return
      case 'bye':
        if (leader === from) leader = undefined
        return
      case 'check':
        if (message.to === id) void answer(from, message.id)
        return
      case 'checked':
        if (message.to !== id) return
        if (message.error === undefined) checks.get(message.id)?.resolve()
        else checks.get(message.id)?.reject(reviveError(message.error))
        return
      case 'refused':
        if (message.to !== id) return
        for (const check of checks.values()) check.reject(new LamparaError('invalid_argument', message.reason))
    }
  }

  /** For a tab that is new: heads first, as always. */
  function tellAll(): void {
    for (const { value } of [view.heads.finalized, view.heads.optimistic]) {
      if (value !== undefined) post({ from: id, type: 'head', head: writeHead(value) })
    }
    post({ from: id, type: 'status', status: writeStatus(view.status.value) })
  }

  async function answer(to: string, check: number): Promise<void> {
    try {
      if (running?.client === undefined) throw new LamparaError('stopped', 'Cannot check: this tab leads no more')
      await running.client.network.check()
      post({ from: id, type: 'checked', to, id: check })
    } catch (error) {
      post({ from: id, type: 'checked', to, id: check, error: plainError(error) })
    }
  }

  async function check(): Promise<void> {
    if (stopped !== undefined) throw new LamparaError('stopped', 'Cannot check: the light client was stopped')
    if (running?.client !== undefined) return void (await running.client.network.check())
    if (leader === undefined) throw new LamparaError('timeout', 'Cannot check: no tab leads')
    if (checks.size >= MAX_CHECKS) throw new LamparaError('queue_overflow', 'Cannot check: too many checks wait')
    const number = nextCheck++
    const outcome = Promise.withResolvers<void>()
    const late = (): LamparaError => new LamparaError('timeout', 'Cannot check: the tab that leads does not answer')
    const limit = deadline({ clock, afterMs: CHECK_MS, error: late })
    checks.set(number, outcome)
    post({ from: id, type: 'check', to: leader, id: number })
    try {
      await raceSignal(outcome.promise, limit.signal)
    } finally {
      limit.cancel()
      checks.delete(number)
    }
  }

  function onAway(): void {
    if (away || stopped !== undefined) return
    away = true
    cancelPing()
    cancelRetry()
    if (running !== undefined) post({ from: id, type: 'bye' })
    leadership?.resign()
    retire()
    channel?.close()
    channel = undefined
  }

  function onBack(): void {
    if (!away || stopped !== undefined) return
    away = false
    channel = environment.openChannel(fullName, onMessage)
    follow()
  }

  const leadership =
    locks &&
    createLeadership(locks, fullName, {
      onElected: () => lead('leader'),
      onLost() {
        retire()
        follow()
      },
      onUnavailable() {
        if (running === undefined) lead('alone')
      },
    })

  async function stop(): Promise<void> {
    stopped ??= (async () => {
      forgetSignal()
      forgetPage()
      cancelPing()
      cancelRetry()
      const wasLeading = running !== undefined
      retire()
      view.setStatus(id, { ...view.status.value, state: 'stopped', message: 'Stopped', peers: 0 })
      view.end()
      role.end()
      const reason = new LamparaError('stopped', 'The light client was stopped')
      settled.reject(reason)
      for (const outcome of checks.values()) outcome.reject(reason)
      await ended
      // The next leader finds storage and network free.
      if (wasLeading) post({ from: id, type: 'bye' })
      leadership?.resign()
      channel?.close()
    })()
    return stopped
  }

  let forgetPage = (): void => {}
  const forgetSignal = onAbort(signal, () => void stop())
  settled.promise.catch(() => {})
  if (leadership === undefined) lead('alone')
  else {
    channel = environment.openChannel(fullName, onMessage)
    forgetPage = environment.watchPage({ onAway, onBack })
    follow()
  }
  try {
    await raceSignal(settled.promise, signal)
  } catch (error) {
    await stop()
    throw error
  }

  const shared: SharedLightClient = attachAsyncDispose({
    get role() {
      return role.value
    },
    get client() {
      return running?.client
    },
    get status() {
      const own = running?.client?.status
      // While this tab catches up as a new leader, what the one before told is newer.
      return own?.optimistic?.root === view.heads.optimistic.value?.root
        ? (own ?? view.status.value)
        : view.status.value
    },
    watchStatus: (callback: (status: LightClientStatus) => void) => view.status.watch(callback),
    watchRole: (callback: (role: TabRole) => void) => role.watch(callback),
    heads: readHeads(view.heads, () => 'not_received'),
    ready: (readyOptions?: { readonly signal?: AbortSignal }): Promise<Head> => readyOf(shared, readyOptions?.signal),
    check,
    stop,
  })
  return shared
}
