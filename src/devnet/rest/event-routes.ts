import { type Chain, forkAtSlot, toHex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { contextSlotOf, lightClientObjectToJson } from '../../ssz/index.ts'
import type { ServedChain, ServedHeader } from '../served-chain.ts'
import type { DevnetEvent } from '../types.ts'
import type { Route } from './route.ts'

const TOPICS = [
  'head',
  'finalized_checkpoint',
  'light_client_optimistic_update',
  'light_client_finality_update',
] as const
type EventTopic = (typeof TOPICS)[number]

/** One event as it is sent. */
interface ServerSentEvent {
  readonly topic: EventTopic
  readonly data: unknown
}

/** Where events come from, until the signal aborts; bounded, the oldest dropped. */
export type ListenToDevnet = (signal: AbortSignal) => AsyncIterable<DevnetEvent>

/**
 * `GET /eth/v1/events?topics=…` of the Beacon API: `head`, `finalized_checkpoint` and the two light-client updates, as they
 * happen, as server-sent events.
 */
export function eventRoutes(served: ServedChain, listen: ListenToDevnet): Route[] {
  return [
    {
      path: '/eth/v1/events',
      handle({ query }) {
        const topics = readTopics(query)
        return {
          status: 200,
          headers: { 'content-type': 'text/event-stream' },
          async *stream(signal: AbortSignal) {
            for await (const event of listen(signal)) {
              for (const { topic, data } of eventsOf(served, event)) {
                if (topics.has(topic)) yield `event: ${topic}\ndata: ${JSON.stringify(data)}\n\n`
              }
            }
          },
        }
      },
    },
  ]
}

/** @throws LamparaError `request_invalid` */
function readTopics(query: URLSearchParams): ReadonlySet<string> {
  const topics = new Set(query.getAll('topics').flatMap((value) => value.split(',')))
  const unknown = [...topics].find((topic) => !(TOPICS as readonly string[]).includes(topic))
  if (topics.size === 0 || unknown !== undefined) {
    throw new LamparaError('request_invalid', `Invalid topics: each must be one of ${TOPICS.join(', ')}`)
  }
  return topics
}

function eventsOf(served: ServedChain, event: DevnetEvent): readonly ServerSentEvent[] {
  switch (event.type) {
    case 'slot':
      return event.block === undefined ? [] : [{ topic: 'head', data: headOf(served.head()) }]
    case 'finalized': {
      const { beacon, root } = served.finalized()
      const data = {
        block: root,
        state: toHex(beacon.stateRoot),
        epoch: String(event.epoch),
        execution_optimistic: false,
      }
      return [{ topic: 'finalized_checkpoint', data }]
    }
    case 'published':
      return [{ topic: `light_client_${event.object.kind}`, data: updateOf(served.chain, event.object) }]
    default:
      return []
  }
}

function headOf({ root, beacon }: ServedHeader) {
  return {
    slot: String(beacon.slot),
    block: root,
    state: toHex(beacon.stateRoot),
    epoch_transition: false,
    previous_duty_dependent_root: toHex(beacon.parentRoot),
    current_duty_dependent_root: toHex(beacon.parentRoot),
    execution_optimistic: false,
  }
}

function updateOf(chain: Chain, object: Extract<DevnetEvent, { type: 'published' }>['object']) {
  return { version: forkAtSlot(chain, contextSlotOf(object)).name, data: lightClientObjectToJson(chain, object) }
}
