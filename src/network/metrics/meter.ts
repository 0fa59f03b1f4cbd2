import { isLamparaError } from '../../errors/index.ts'
import type { Verdict } from '../../gossip/types.ts'
import type { PeerManagerOptions } from '../../peers/manager/options.ts'
import { createHistogram, createLabelled, type Histogram } from '../../streams/histogram.ts'
import type { MethodMetrics, NetworkMetrics, PeerMetrics, TopicMetrics } from './metrics-types.ts'

const REQUEST_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000]
const VERIFICATION_BOUNDS_MS = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000]

/** Peers as they stand, and topics beside what is counted here. */
export interface MeterSources {
  peers(): PeerMetrics['now']
  gossip(): ReadonlyMap<string, Pick<TopicMetrics, 'pending' | 'queued' | 'dropped' | 'subscribers'>>
}

/** Counts what a network does. Cheap enough to be always on. */
export interface Meter {
  readonly bytes: { received: number; sent: number }
  onEvent(event: { readonly type: string }): void
  /** A dial begins. @returns what to call when it is over, with the error where it failed */
  onDial(): (failed?: { readonly error: unknown }) => void
  onMessage(topic: string, verdict: Verdict, bytes: number): void
  onPublished(topic: string, recipients: number): void
  onRequest(direction: 'inbound' | 'outbound', method: string, outcome: string, ms: number): void
  onVerified(kind: string, ms: number): void
  snapshot(sources: MeterSources): Omit<NetworkMetrics, 'limits'>
}

type Dialer = PeerManagerOptions['dialer']

/** A dialer whose dials are counted. */
export function meteredDialer(dialer: Dialer, meter: Meter): Dialer {
  return {
    async dial(address, signal) {
      const over = meter.onDial()
      try {
        const connection = await dialer.dial(address, signal)
        over()
        return connection
      } catch (error) {
        over({ error })
        throw error
      }
    },
  }
}

interface Method {
  readonly outcomes: Map<string, number>
  readonly durations: Histogram
}

/** Creates a meter at zero. */
export function createMeter(): Meter {
  const bytes = { received: 0, sent: 0 }
  const dials = { attempted: 0, succeeded: 0, failed: createLabelled(() => ({ value: 0 })) }
  const events: Record<string, number> = {}
  const topics = createLabelled(() => ({ accept: 0, ignore: 0, reject: 0, bytes: 0, published: 0, recipients: 0 }))
  const newMethod = (): Method => ({ outcomes: new Map(), durations: createHistogram(REQUEST_BOUNDS_MS) })
  const methods = { inbound: createLabelled(newMethod), outbound: createLabelled(newMethod) }
  const verification = createLabelled(() => createHistogram(VERIFICATION_BOUNDS_MS))
  const count = (type: string): number => events[type] ?? 0

  return {
    bytes,
    onEvent: ({ type }) => {
      events[type] = (events[type] ?? 0) + 1
    },
    onDial() {
      dials.attempted++
      return (failed) => {
        if (failed === undefined) dials.succeeded++
        else dials.failed.of(failureReason(failed.error)).value++
      }
    },
    onMessage(topic, verdict, size) {
      const counts = topics.of(topic)
      counts[verdict]++
      counts.bytes += size
    },
    onPublished(topic, recipients) {
      const counts = topics.of(topic)
      counts.published++
      counts.recipients += recipients
    },
    onRequest(direction, method, outcome, ms) {
      const { outcomes, durations } = methods[direction].of(method)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      durations.observe(ms)
    },
    onVerified: (kind, ms) => verification.of(kind).observe(ms),
    snapshot({ peers, gossip }) {
      const standing = gossip()
      return {
        peers: {
          now: peers(),
          connected: count('peer:connected'),
          disconnected: count('peer:disconnected'),
          banned: count('peer:banned'),
          discovered: count('peer:discovered'),
        },
        dials: { ...dials, failed: plain(dials.failed, ({ value }) => value) },
        bytes: { ...bytes },
        gossip: Object.fromEntries(
          [...new Set([...standing.keys(), ...topics.keys()])].map((name) => {
            const { accept, ignore, reject, ...rest } = topics.of(name)
            const now = standing.get(name) ?? { pending: 0, queued: 0, dropped: 0, subscribers: 0 }
            const { bytes: receivedBytes, published, recipients } = rest
            return [name, { received: { accept, ignore, reject }, receivedBytes, published, recipients, ...now }]
          }),
        ),
        requests: { outbound: plain(methods.outbound, methodOf), inbound: plain(methods.inbound, methodOf) },
        verification: plain(verification, (histogram) => histogram.snapshot()),
        failures: { storage: count('storage:failed'), validator: count('validator:failed') },
      }
    },
  }
}

function methodOf({ outcomes, durations }: Method): MethodMetrics {
  return { outcomes: Object.fromEntries(outcomes), durations: durations.snapshot() }
}

function plain<Value, Plain>(values: ReadonlyMap<string, Value>, of: (value: Value) => Plain): Record<string, Plain> {
  return Object.fromEntries([...values].map(([label, value]) => [label, of(value)]))
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'refused',
  ETIMEDOUT: 'timeout',
  TimeoutError: 'timeout',
  dial_timeout: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'name_not_found',
  EAI_AGAIN: 'name_not_found',
  AbortError: 'aborted',
  aborted: 'aborted',
  stopped: 'aborted',
}

/** Why a dial failed, as one of few words. */
function failureReason(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown }
  const word = [code, name].find((each) => typeof each === 'string' && each in reasons)
  if (word !== undefined) return reasons[word as string]!
  if (isLamparaError(error)) return error.code
  return typeof name === 'string' && /^\w{1,40}$/.test(name) && name !== 'Error' ? name : 'other'
}
