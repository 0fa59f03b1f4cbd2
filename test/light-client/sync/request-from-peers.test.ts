import { describe, expect, it } from 'vitest'
import { LamparaError } from '../../../src/errors/index.ts'
import { type PeerQuery, requestFromPeers } from '../../../src/light-client/sync/request-from-peers.ts'
import { protocols } from '../../../src/reqresp/index.ts'
import { settle } from '../../kit/fake-clock.ts'
import { fails, fakePeers, hangsAfter, sends } from '../../kit/light-client/fake-peers.ts'

const protocol = protocols.lightClientUpdatesByRange

/** A question that is answered once a response above the present one came; the present one is told, too. */
function setUp(changes: Partial<PeerQuery<unknown, unknown>> = {}, answeredAt = 10) {
  const world = fakePeers(protocol.id)
  const stopping = new AbortController()
  const state = { highest: 0 }
  const question = {
    protocol,
    requestTo: () => ({ startPeriod: 0, count: 1 }),
    async accept(response: unknown) {
      const higher = (response as number) > state.highest
      if (higher) state.highest = response as number
      return higher
    },
    complete: () => state.highest >= answeredAt,
    signal: stopping.signal,
    random: () => 0,
    ...changes,
  } as unknown as PeerQuery<unknown, unknown>
  return { ...world, state, stopping, ask: () => requestFromPeers(world.network, question) }
}

const refusal = new LamparaError('resource_unavailable', 'Cannot get it')

describe('asking several peers', () => {
  it('asks two at once, the quickest among them', async () => {
    const { connect, ask, asked } = setUp()
    connect('slow', hangsAfter(), 500)
    connect('slower', hangsAfter(), 600)
    connect('quick', hangsAfter(), 10)
    connect('honest', sends(10), 700)
    void ask().catch(() => {})
    await settle()
    expect(asked).toHaveLength(2)
    expect(asked[0]).toBe('quick')
  })

  it('ends with the first answer that completes the question, and abandons the others', async () => {
    const { connect, ask } = setUp()
    connect('silent', hangsAfter(), 10)
    connect('honest', sends(10))
    expect(await ask()).toEqual([{ peer: 'honest', responses: 1, progress: true }])
  })

  it('asks the next peer at once where an answer is true but brings nothing', async () => {
    const { connect, ask, asked } = setUp()
    connect('old 1', sends(0), 10)
    connect('old 2', sends(0, 0), 20)
    connect('old 3', fails(refusal), 30)
    connect('honest', sends(10), 900)
    await ask()
    expect(asked).toHaveLength(4)
  })

  it('completes when every peer was asked and none could answer', async () => {
    const { connect, ask } = setUp()
    connect('old', sends(0))
    connect('refusing', fails(refusal))
    const answers = await ask()
    expect(answers.map(({ peer }) => peer).sort()).toEqual(['old', 'refusing'])
    expect(answers.find(({ peer }) => peer === 'refusing')).toMatchObject({ progress: false, error: refusal })
  })

  it('asks one more peer whenever two seconds pass without progress', async () => {
    const { connect, ask, asked, clock } = setUp()
    for (const [index, id] of ['a', 'b', 'c'].entries()) connect(id, hangsAfter(), index)
    connect('honest', sends(10), 1_000)
    const answered = ask()
    await clock.advance(1_900)
    expect(asked).toHaveLength(2)
    await clock.advance(4_200)
    await answered
    expect(asked).toHaveLength(4)
  })

  it('asks a peer that connects while the others do not answer', async () => {
    const { connect, ask, clock } = setUp()
    connect('silent', hangsAfter())
    const answered = ask()
    await settle()
    connect('honest', sends(10))
    await clock.advance(0)
    expect((await answered).at(-1)).toMatchObject({ peer: 'honest', progress: true })
  })

  it('lets the first peer with progress go on alone, until it stops making any', async () => {
    const { connect, ask, asked, clock, state } = setUp({ leads: true })
    connect('drips', hangsAfter(1, 2, 3), 10)
    connect('second', hangsAfter(), 20)
    connect('honest', sends(4, 10), 900)
    const answered = ask()
    await settle()
    expect(state.highest).toBe(3)
    await clock.advance(2_100)
    await answered
    expect(asked).toEqual(['drips', 'second', 'honest'])
    expect(state.highest).toBe(10)
  })

  it('asks peers of other paths first', async () => {
    const { connect, ask, asked } = setUp({ pathOf: (peer) => (peer.startsWith('sybil') ? 'bootnode' : peer) })
    for (let index = 0; index < 20; index++) connect(`sybil ${index}`, hangsAfter(), index)
    connect('honest', sends(10), 5_000)
    await ask()
    expect(asked).toEqual(['sybil 0', 'honest'])
  })

  it('fails at once when the checkpoint is too old, since no peer can change that', async () => {
    const { connect, ask } = setUp({
      accept: async () => Promise.reject(new LamparaError('checkpoint_too_old', 'It is too old')),
    })
    connect('a', sends(1))
    connect('b', hangsAfter())
    await expect(ask()).rejects.toMatchObject({ code: 'checkpoint_too_old' })
  })

  it('fails with `peer_unavailable` when no peer offers the method', async () => {
    await expect(setUp().ask()).rejects.toMatchObject({ code: 'peer_unavailable' })
  })

  it('ends with the signal’s reason, and leaves no timer behind', async () => {
    const { connect, ask, clock, stopping } = setUp()
    connect('silent', hangsAfter())
    const answered = ask()
    await settle()
    stopping.abort(new Error('enough'))
    await expect(answered).rejects.toThrow('enough')
    expect(clock.pending).toBe(0)
  })
})
