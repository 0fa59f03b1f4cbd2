import { createWatchable, type Watchable } from '../../streams/watchable.ts'
import { withJson } from '../head.ts'
import { sameLightClientStatus } from '../status/compute-status.ts'
import type { Head, LightClientStatus } from '../types.ts'

/** What a tab shows, whoever leads. */
export interface TabView {
  readonly status: Watchable<LightClientStatus>
  readonly heads: Readonly<Record<Head['kind'], Watchable<Head | undefined>>>
  /** @param leader - who tells it: one leader may take back what it told, another one tells only what is newer */
  setHead(leader: string, head: Head): void
  setStatus(leader: string, status: LightClientStatus): void
  end(error?: unknown): void
}

/** Creates a view that shows no head. */
export function createTabView(initial: LightClientStatus): TabView {
  const status = createWatchable(initial, sameLightClientStatus)
  const heads = {
    optimistic: createWatchable<Head | undefined>(undefined),
    finalized: createWatchable<Head | undefined>(undefined),
  }
  const toldBy: Partial<Record<Head['kind'], string>> = {}

  function setHead(leader: string, head: Head): void {
    const { kind } = head
    const shown = heads[kind].value
    if (shown?.root === head.root) {
      toldBy[kind] = leader
      return
    }
    // A new leader begins behind: what it catches up with was told by the one before.
    if (shown !== undefined && toldBy[kind] !== leader && head.slot <= shown.slot) return
    toldBy[kind] = leader
    heads[kind].set(withJson({ ...head }))
  }

  /** What is shown of one kind, where the status has an older one of a new leader. */
  function newer(leader: string, kind: Head['kind'], head: Head | undefined): Head | undefined {
    const shown = heads[kind].value
    if (shown === undefined || (head !== undefined && head.slot > shown.slot)) return head
    return toldBy[kind] === leader && head !== undefined ? head : shown
  }

  return {
    status,
    heads,
    setHead,
    setStatus(leader, told) {
      const next = withKnown(status.value, told)
      const optimistic = newer(leader, 'optimistic', next.optimistic)
      const finalized = newer(leader, 'finalized', next.finalized)
      if (optimistic === next.optimistic && finalized === next.finalized) return status.set(next)
      const kept = copyOf(next, { ...(optimistic && { optimistic }), ...(finalized && { finalized }) })
      status.set(optimistic === next.optimistic ? kept : withoutAge(kept))
    },
    end(error) {
      status.end()
      heads.optimistic.end(error)
      heads.finalized.end(error)
    },
  }
}

/** The same with the objects that are known, where they say the same: what another tab repeats is no change. */
function withKnown(known: LightClientStatus, told: LightClientStatus): LightClientStatus {
  const same = (['optimistic', 'finalized', 'conflict'] as const).filter((key) => {
    const [before, now] = [known[key], told[key]]
    return before !== now && before !== undefined && now !== undefined && textOf(before) === textOf(now)
  })
  return same.length === 0 ? told : copyOf(told, Object.fromEntries(same.map((key) => [key, known[key]])))
}

/** A copy with changes, in which the age is still read from the clock. */
function copyOf(status: LightClientStatus, changes: Partial<LightClientStatus>): LightClientStatus {
  return Object.assign(Object.create(Object.prototype, Object.getOwnPropertyDescriptors(status)), changes)
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}` : part))
}

/** The age was that of another head. */
function withoutAge({ headAgeMs: _, ...status }: LightClientStatus): LightClientStatus {
  return status
}
