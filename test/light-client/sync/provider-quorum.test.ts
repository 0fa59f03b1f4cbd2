import { afterEach, describe, expect, it, vi } from 'vitest'
import { mainnet } from '../../../src/index.ts'
import { readCheckpoint } from '../../../src/light-client/sync/checkpoint.ts'
import { createFakeClock, settle } from '../../kit/fake-clock.ts'

const rootOf = (name: string): string => `0x${name.repeat(64)}`
const startMs = 1_800_000_000_000

interface Block {
  readonly root: string
  readonly slot: number
}

/** Providers at `http://NAME.test`, each of which names its finalized block when it is told to. */
function createProviders(names: readonly string[]) {
  const waiting = new Map(names.map((name) => [`${name}.test`, Promise.withResolvers<Response>()]))
  const finalized = new Map<string, readonly Block[]>()
  const aborted: string[] = []
  vi.stubGlobal('fetch', (url: URL, { signal }: { signal: AbortSignal }) => {
    const id = url.pathname.split('/').at(-1)!
    if (id !== 'finalized') return Promise.resolve(headerOf(finalized.get(url.hostname), id))
    signal.addEventListener('abort', () => {
      aborted.push(url.hostname)
      waiting.get(url.hostname)!.reject(signal.reason)
    })
    return waiting.get(url.hostname)!.promise
  })
  const settleWith = (name: string, response: Response): Promise<void> => {
    waiting.get(`${name}.test`)!.resolve(response)
    return settle()
  }
  return {
    aborted,
    /** It names the first of these as finalized, and confirms all of them. */
    says: (name: string, ...blocks: readonly (string | Block)[]) => {
      const known = blocks.map((block) => (typeof block === 'string' ? { root: rootOf(block), slot: 1 } : block))
      finalized.set(`${name}.test`, known)
      return settleWith(name, headerOf(known, known[0]!.root))
    },
    fails: (name: string) => settleWith(name, new Response('', { status: 500 })),
  }
}

function headerOf(known: readonly Block[] | undefined, root: string): Response {
  const block = known?.find((candidate) => candidate.root === root)
  if (block === undefined) return new Response('', { status: 404 })
  const data = { root, canonical: true, header: { message: { slot: String(block.slot) } } }
  return Response.json({ execution_optimistic: false, finalized: true, data })
}

function begin(names: readonly string[], quorum: number | undefined, signal?: AbortSignal) {
  const providers = createProviders(names)
  const clock = createFakeClock(startMs)
  const urls = names.map((name) => `http://${name}.test`)
  const resolve = readCheckpoint({ providers: urls, ...(quorum === undefined ? {} : { quorum }) })
  const outcome: { root?: string; error?: unknown } = {}
  const over = Promise.resolve(resolve(mainnet, { clock, signal })).then(
    (root) => void Object.assign(outcome, { root }),
    (error) => void Object.assign(outcome, { error }),
  )
  return { ...providers, clock, outcome, over }
}

afterEach(() => vi.unstubAllGlobals())

describe('a checkpoint that providers are asked for', () => {
  it('does not wait for a slow provider once enough agree, and releases its request', async () => {
    const { says, outcome, clock, aborted } = begin(['a', 'b', 'c'], 2)
    await says('a', '1')
    expect(outcome).toEqual({})
    await says('b', '1')
    expect(outcome).toEqual({ root: rootOf('1') })
    expect(aborted).toEqual(['c.test'])
    expect(clock.pending).toBe(0)
  })

  it('is not decided by the quickest provider where a quorum of one lets others still agree on another root', async () => {
    const { says, outcome } = begin(['a', 'b', 'c'], 1)
    await says('a', '6')
    expect(outcome).toEqual({})
    await says('b', '1')
    await says('c', '1')
    expect(outcome).toEqual({ root: rootOf('1') })
  })

  it('waits one second for providers that could still equal a quorum, and no longer', async () => {
    const { says, outcome, clock } = begin(['a', 'b', 'c'], 1)
    await says('a', '1')
    await clock.advance(999)
    expect(outcome).toEqual({})
    await clock.advance(1)
    expect(outcome).toEqual({ root: rootOf('1') })
    expect(clock.pending).toBe(0)
  })

  it('fails as soon as the providers that are left cannot make a quorum', async () => {
    const { says, fails, outcome, clock } = begin(['a', 'b', 'c', 'd'], 3)
    await says('a', '1')
    await fails('b')
    expect(outcome).toEqual({})
    await fails('c')
    expect(outcome.error).toMatchObject({
      code: 'checkpoint_unavailable',
      message: expect.stringContaining('1 of 3 providers'),
      details: { answers: expect.arrayContaining([expect.stringContaining('d.test: not waited for')]) },
    })
    expect(clock.pending).toBe(0)
  })

  it('without a quorum waits for all of them, each at most ten seconds', async () => {
    const { says, outcome, clock } = begin(['a', 'b'], undefined)
    await says('a', '1')
    await clock.advance(9_999)
    expect(outcome).toEqual({})
    await clock.advance(1)
    expect(outcome.error).toMatchObject({ code: 'checkpoint_unavailable' })
  })

  it('ends with the reason of the signal, and leaves no timer and no request behind', async () => {
    const stopping = new AbortController()
    const { says, outcome, clock, aborted } = begin(['a', 'b', 'c'], 1, stopping.signal)
    await says('a', '1')
    stopping.abort(new Error('enough'))
    await settle()
    expect(outcome.error).toEqual(new Error('enough'))
    expect(aborted).toEqual(['b.test', 'c.test'])
    expect(clock.pending).toBe(0)
  })

  describe('where honest ones are an epoch apart', () => {
    const older = { root: rootOf('1'), slot: 64 }
    const newer = { root: rootOf('2'), slot: 96 }

    it('is the newest root that a quorum holds as finalized', async () => {
      const { says, outcome } = begin(['a', 'b'], 2)
      await says('a', older)
      await says('b', newer, older)
      expect(outcome).toEqual({ root: older.root })
    })

    it('is not a root that only one of them holds, however new it is said to be', async () => {
      const forged = { root: rootOf('6'), slot: 1_000_000 }
      const { says, outcome } = begin(['a', 'b', 'c'], 2)
      await says('a', older)
      await says('b', newer, older)
      await says('c', forged, newer)
      expect(outcome).toEqual({ root: newer.root })
    })

    it('is not an old root that one of them calls new', async () => {
      const ancient = { root: rootOf('3'), slot: 8 }
      const { says, outcome } = begin(['a', 'b', 'c'], 2)
      await says('a', older, ancient)
      await says('b', newer, older, ancient)
      await says('c', { ...ancient, slot: 1_000_000 })
      expect(outcome).toEqual({ root: older.root })
    })

    it('is refused where none of their roots has a quorum', async () => {
      const { says, outcome } = begin(['a', 'b'], 2)
      await says('a', older)
      await says('b', newer)
      expect(outcome.error).toMatchObject({ code: 'checkpoint_unavailable' })
    })
  })
})
