import type { TabEnvironment } from '../../../src/light-client/tabs/environment.ts'
import type { Locks } from '../../../src/light-client/tabs/leadership.ts'
import { createTab } from '../../../src/light-client/tabs/tab.ts'
import type { SharedLightClient } from '../../../src/light-client/tabs/types.ts'
import type { Head, LightClient, LightClientStatus } from '../../../src/light-client/types.ts'
import { createWatchable } from '../../../src/streams/watchable.ts'
import { createFakeClock, settle } from '../../kit/fake-clock.ts'

/** A head whose root tells its slot. */
export function headAt(slot: number, kind: Head['kind'] = 'optimistic'): Head {
  const root = (of: number): `0x${string}` => `0x${of.toString(16)}`
  return {
    kind,
    slot,
    root: root(slot),
    parentRoot: root(slot - 1),
    stateRoot: '0x1',
    fork: 'electra',
    execution: { blockHash: '0x2', blockNumber: BigInt(slot) },
    participation: 1,
    supermajority: true,
    agreement: { paths: 1, asked: 1 },
    slotStartMs: slot * 1_000,
    verifiedAtMs: slot * 1_000,
  }
}

/** A lock as the browser has it: one holder, a queue, and `steal`. */
function createFakeLock() {
  interface Entry {
    readonly callback: () => Promise<unknown>
    readonly settle: PromiseWithResolvers<unknown>
  }
  let holder: Entry | undefined
  const queue: Entry[] = []

  function grant(entry: Entry): void {
    holder = entry
    entry.callback().then(() => {
      entry.settle.resolve(undefined)
      if (holder === entry) next()
    })
  }
  function next(): void {
    holder = undefined
    const entry = queue.shift()
    if (entry !== undefined) grant(entry)
  }

  return {
    request(_name: string, { signal, steal }: Parameters<Locks['request']>[1], callback: () => Promise<unknown>) {
      const entry: Entry = { callback, settle: Promise.withResolvers() }
      signal?.addEventListener('abort', () => {
        const at = queue.indexOf(entry)
        if (at >= 0) queue.splice(at, 1)
        if (holder !== entry) entry.settle.reject(signal.reason)
      })
      if (steal === true) {
        holder?.settle.reject(new DOMException('stolen', 'AbortError'))
        grant(entry)
      } else if (holder === undefined) grant(entry)
      else queue.push(entry)
      return entry.settle.promise
    },
    /** The tab that holds it is gone. */
    crash: next,
  }
}

/** A light client that shows what a test tells it. */
export function createFakeClient() {
  const status = createWatchable<LightClientStatus>({ state: 'connecting', message: 'Looking for a peer', peers: 0 })
  const heads = {
    optimistic: createWatchable<Head | undefined>(undefined),
    finalized: createWatchable<Head | undefined>(undefined),
  }
  const calls: string[] = []
  const client = {
    get status() {
      return status.value
    },
    watchStatus: status.watch,
    async *heads({ kind = 'optimistic' }: { kind?: Head['kind'] } = {}) {
      for await (const head of heads[kind].values()) if (head !== undefined) yield head
    },
    network: { check: async () => void calls.push('check'), storage: { close: async () => void calls.push('close') } },
    async stop() {
      calls.push('stop')
      status.end()
      heads.optimistic.end()
      heads.finalized.end()
    },
  } as unknown as LightClient
  return {
    client,
    calls,
    show(head: Head): void {
      heads[head.kind].set(head)
      if (head.kind === 'finalized') return
      status.set({ state: 'following', message: 'Following the chain', peers: 1, optimistic: head, headAgeMs: 100 })
    },
  }
}

export type FakeClient = ReturnType<typeof createFakeClient>

/** A browser in memory whose tabs share an origin. */
export function createFakeBrowser() {
  const clock = createFakeClock(1_000_000)
  const lock = createFakeLock()
  const channels = new Map<string, (data: unknown) => void>()
  const frozen = new Set<string>()
  const waiting = new Map<string, unknown[]>()
  const pages = new Map<string, { onAway(): void; onBack(): void }>()
  const clients = new Map<string, FakeClient[]>()
  const sent: unknown[] = []

  function deliver(from: string, message: unknown): void {
    // As the browser clones it: what cannot be cloned throws here.
    const copy = structuredClone(message)
    sent.push(copy)
    for (const [id, receive] of channels) {
      if (id === from) continue
      if (frozen.has(id)) waiting.set(id, [...(waiting.get(id) ?? []), copy])
      else queueMicrotask(() => channels.get(id) === receive && receive(structuredClone(copy)))
    }
  }

  function environmentOf(id: string, hasLocks: boolean): TabEnvironment {
    return {
      locks: hasLocks ? { request: lock.request } : undefined,
      openChannel(_name, onMessage) {
        channels.set(id, onMessage)
        return { postMessage: (message) => deliver(id, message), close: () => void channels.delete(id) }
      },
      watchPage(page) {
        pages.set(id, page)
        return () => void pages.delete(id)
      },
    }
  }

  return {
    clock,
    sent,
    deliver,
    pages,
    channels,
    open(
      id: string,
      { create, hasLocks = true }: { create?: () => Promise<LightClient>; hasLocks?: boolean } = {},
    ): Promise<SharedLightClient> {
      return createTab({
        name: 'test',
        environment: environmentOf(id, hasLocks),
        clock,
        id,
        random: () => 0,
        createClient:
          create ??
          (async () => {
            const made = createFakeClient()
            clients.set(id, [...(clients.get(id) ?? []), made])
            return made.client
          }),
      })
    },
    /** The newest client that a tab made. */
    clientOf: (id: string): FakeClient => clients.get(id)!.at(-1)!,
    clientsMade: () => [...clients.values()].flat().length,
    crash(id: string): void {
      channels.delete(id)
      lock.crash()
    },
    /** Its messages wait; its timers are left to run, since it has none while it leads. */
    freeze: (id: string): void => void frozen.add(id),
    thaw(id: string): void {
      frozen.delete(id)
      for (const message of waiting.get(id) ?? []) channels.get(id)?.(message)
      waiting.delete(id)
    },
    /** Time passes in small steps. */
    async pass(ms: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += 500) {
        await clock.advance(500)
        await settle()
      }
    },
  }
}
