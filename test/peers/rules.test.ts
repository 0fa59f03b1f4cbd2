import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { forkDigestAtEpoch, slotStartMs, startSlotOfEpoch } from '../../src/chain/index.ts'
import { isPrivateAddress } from '../../src/peers/connections/private-address.ts'
import { resolveDuplicateConnection } from '../../src/peers/connections/resolve-duplicate-connection.ts'
import { checkRelevance } from '../../src/peers/handshake/relevance.ts'
import { nextState, type PeerStep } from '../../src/peers/manager/lifecycle.ts'
import { bestPeer } from '../../src/peers/scoring/select.ts'
import type { PeerInfo, RemoteStatus } from '../../src/peers/types.ts'
import { testChain } from '../kit/network.ts'

const chain = testChain({ genesisTimeMs: 1_700_000_000_000, fuluEpoch: 10 })
const forkMs = slotStartMs(chain, startSlotOfEpoch(chain, 10))

function statusWith(changes: Partial<RemoteStatus>): RemoteStatus {
  return {
    forkDigest: forkDigestAtEpoch(chain, 0),
    finalizedRoot: `0x${'11'.repeat(32)}`,
    finalizedEpoch: 3,
    headRoot: `0x${'22'.repeat(32)}`,
    headSlot: 40,
    ...changes,
  }
}

describe('a Status', () => {
  const nowMs = slotStartMs(chain, 41)
  const ours = { finalizedEpoch: 3, finalizedRoot: `0x${'11'.repeat(32)}` } as const

  it('of our chain is relevant', () => {
    expect(checkRelevance(chain, nowMs, undefined, statusWith({}))).toBeUndefined()
    expect(checkRelevance(chain, nowMs, ours, statusWith({}))).toBeUndefined()
  })

  it('with another fork digest is not, in words', () => {
    expect(checkRelevance(chain, nowMs, ours, statusWith({ forkDigest: '0xdeadbeef' }))).toMatchObject({
      code: 'irrelevant_network',
      reason: expect.stringContaining('0xdeadbeef'),
    })
    expect(checkRelevance(chain, nowMs, ours, statusWith({ forkDigest: forkDigestAtEpoch(chain, 10) }))).toBeDefined()
  })

  it('may name either digest within a slot of a fork, and only then', () => {
    const old = statusWith({})
    const fresh = statusWith({ forkDigest: forkDigestAtEpoch(chain, 10) })
    for (const status of [old, fresh]) {
      expect(checkRelevance(chain, forkMs - 5_999, undefined, status)).toBeUndefined()
      expect(checkRelevance(chain, forkMs + 5_999, undefined, status)).toBeUndefined()
    }
    expect(checkRelevance(chain, forkMs - 6_001, undefined, fresh)).toBeDefined()
    expect(checkRelevance(chain, forkMs + 6_001, undefined, old)).toBeDefined()
  })

  it('that finalized another block in the same epoch is not relevant', () => {
    const forked = statusWith({ finalizedRoot: `0x${'33'.repeat(32)}` })
    expect(checkRelevance(chain, nowMs, ours, forked)?.reason).toContain('epoch 3')
    expect(checkRelevance(chain, nowMs, { ...ours, finalizedEpoch: 4 }, forked)).toBeUndefined()
  })

  it('ahead of our clock by a slot is relevant, and further ahead is a matter of clocks, not of networks', () => {
    const of = (headSlot: number, atMs: number) => checkRelevance(chain, atMs, ours, statusWith({ headSlot }))
    expect(of(42, nowMs)).toBeUndefined()
    expect(of(42, slotStartMs(chain, 41) - 500)).toBeUndefined()
    expect(of(42, slotStartMs(chain, 41) - 501)).toMatchObject({ code: 'clock_skewed' })
    expect(of(44, nowMs)).toMatchObject({ code: 'clock_skewed', reason: expect.stringContaining('18 s ahead') })
  })

  it('that finalized what its own head has not reached is of another network, however far ahead', () => {
    const impossible = checkRelevance(chain, nowMs, ours, statusWith({ finalizedEpoch: 2 ** 53 - 1 }))
    expect(impossible).toMatchObject({ code: 'irrelevant_network' })
  })

  it('whose head lies in an epoch before the one that it finalized is not', () => {
    expect(checkRelevance(chain, nowMs, ours, statusWith({ headSlot: startSlotOfEpoch(chain, 3) }))).toBeUndefined()
    expect(
      checkRelevance(chain, nowMs, ours, statusWith({ headSlot: startSlotOfEpoch(chain, 3) - 1 }))?.reason,
    ).toContain('later')
  })

  it('of genesis is relevant before genesis', () => {
    const genesis = statusWith({ finalizedEpoch: 0, headSlot: 0, finalizedRoot: `0x${'00'.repeat(32)}` })
    expect(checkRelevance(chain, chain.genesisTimeMs - 60_000, undefined, genesis)).toBeUndefined()
  })
})

describe('a peer', () => {
  const stateAfter = (...steps: PeerStep[]) => steps.reduce(nextState, 'handshaking')

  it('counts once both Status and identify are through, in either order', () => {
    expect(stateAfter('status-accepted')).not.toBe('ready')
    expect(stateAfter('identified')).not.toBe('ready')
    expect(stateAfter('status-accepted', 'identified')).toBe('ready')
    expect(stateAfter('identified', 'status-accepted')).toBe('ready')
  })

  it('never counts again once it leaves', () => {
    expect(stateAfter('leave', 'identified', 'status-accepted')).toBe('disconnecting')
    expect(stateAfter('status-accepted', 'identified', 'leave', 'status-accepted')).toBe('disconnecting')
  })

  it('with two connections keeps the same one on both sides when each dialed the other', () => {
    // a dialed x, b dialed y: a sees x outbound, y inbound; b sees them the other way round.
    for (const first of ['x', 'y'] as const) {
      const [out, back] = first === 'x' ? (['outbound', 'inbound'] as const) : (['inbound', 'outbound'] as const)
      const kept = (choice: string) => (choice === 'keep-first' ? first : first === 'x' ? 'y' : 'x')
      expect(kept(resolveDuplicateConnection('a', 'b', out, back))).toBe('x')
      expect(kept(resolveDuplicateConnection('b', 'a', back, out))).toBe('x')
    }
  })

  it('that dialed twice has its first connection tried before the second is refused', () => {
    expect(resolveDuplicateConnection('a', 'b', 'inbound', 'inbound')).toBe('probe-first')
    expect(resolveDuplicateConnection('b', 'a', 'outbound', 'outbound')).toBe('probe-first')
  })
})

describe('choosing a peer to ask', () => {
  const view = (id: string, changes: Partial<PeerInfo>): PeerInfo => ({
    id,
    state: 'connected',
    address: '',
    direction: 'outbound',
    persistent: false,
    protocols: ['/x/2', '/x/1'],
    score: 0,
    connectedAtMs: 0,
    seenAtMs: 0,
    ...changes,
  })
  const not = (...ids: string[]) => ({ exclude: new Set(ids) })

  it('prefers those that have not failed lately, then the quickest, among those that offer a version', () => {
    const peers = [
      view('slow', { latencyMs: 90 }),
      view('quick', { latencyMs: 9 }),
      view('bad', { score: -10, latencyMs: 1 }),
      view('other', { protocols: ['/y/1'], score: 50 }),
      view('unmeasured', {}),
    ]
    expect(bestPeer(peers, ['/x/1'], not())).toBe('quick')
    expect(bestPeer(peers, ['/x/1'], not('quick'))).toBe('slow')
    expect(bestPeer(peers, ['/x/1'], not('quick', 'slow'))).toBe('unmeasured')
    expect(bestPeer(peers, ['/x/1'], not('quick', 'slow', 'unmeasured'))).toBe('bad')
    expect(bestPeer(peers, ['/z/1'], not())).toBeUndefined()
  })

  it('takes a good score for some slowness, and how the method was answered for more than pings', () => {
    const peers = [view('proven', { score: 100, latencyMs: 90 }), view('quick', { latencyMs: 9 })]
    expect(bestPeer(peers, ['/x/1'], not())).toBe('proven')
    const measureOf = (id: string) => ({ waitMs: 0, expectedMs: id === 'proven' ? 3_000 : 100 })
    expect(bestPeer(peers, ['/x/1'], { ...not(), costOf: measureOf })).toBe('quick')
  })

  it('prefers an unknown peer to who is known to be slow', () => {
    const peers = [view('slow', {}), view('stranger', {})]
    const measureOf = (id: string) => (id === 'slow' ? { waitMs: 0, expectedMs: 2_000 } : { waitMs: 0 })
    expect(bestPeer(peers, ['/x/1'], { ...not(), costOf: measureOf })).toBe('stranger')
  })

  it('asks first who may be asked at once, then who must be waited for the shortest', () => {
    const waits: Record<string, number> = { quick: 15_000, busy: 60_000, soon: 500, bad: 0 }
    const peers = [
      view('busy', { latencyMs: 1 }),
      view('quick', { latencyMs: 1 }),
      view('soon', { latencyMs: 900 }),
      view('bad', { score: -20 }),
    ]
    const measureOf = (id: string) => ({ waitMs: waits[id]! })
    const order: string[] = []
    for (;;) {
      const best = bestPeer(peers, ['/x/1'], { ...not(...order), costOf: measureOf })
      if (best === undefined) break
      order.push(best)
    }
    expect(order).toEqual(['bad', 'soon', 'quick', 'busy'])
  })

  it('falls back on peers that have not told what they offer', () => {
    const peers = [view('silent', { protocols: [], score: 90 }), view('known', { score: -20 })]
    expect(bestPeer(peers, ['/x/1'], not())).toBe('known')
    expect(bestPeer(peers, ['/x/1'], not('known'))).toBe('silent')
  })
})

describe('addresses', () => {
  it.each([
    '/ip4/127.0.0.1/tcp/1',
    '/ip4/10.1.2.3/tcp/1',
    '/ip4/172.16.0.1/tcp/1',
    '/ip4/172.31.255.255/tcp/1',
    '/ip4/192.168.1.1/tcp/1/ws',
    '/ip4/169.254.169.254/tcp/80',
    '/ip4/100.64.0.1/tcp/1',
    '/ip4/0.0.0.0/tcp/1',
    '/ip4/255.255.255.255/tcp/1',
    '/ip6/::1/tcp/1',
    '/ip6/fe80::1/tcp/1',
    '/ip6/fd00::1/tcp/1',
    '/ip6/::ffff:8.8.8.8/tcp/1',
    '/ip6/::ffff:7f00:1/tcp/1',
    '/ip6/64:ff9b::7f00:1/tcp/1',
    '/ip6/2002:7f00:1::1/tcp/1',
    '/ip6/2001:0:7f00:1::1/tcp/1',
    '/ip6/ff02::1/udp/9000',
    '/ip6/::/udp/9000',
    '/ip4/224.0.0.251/udp/5353',
    '/dns4/localhost/tcp/1/ws',
    '/dns4/printer.local/tcp/1',
    '/memory/x',
  ])('that lead nowhere beyond the own network are private: %s', (address) => {
    expect(isPrivateAddress(multiaddr(address))).toBe(true)
  })

  it.each([
    '/ip4/8.8.8.8/tcp/1',
    '/ip4/172.32.0.1/tcp/1',
    '/ip4/100.128.0.1/tcp/1',
    '/ip4/223.255.255.255/tcp/1',
    '/ip6/2606:4700::1111/tcp/1',
    '/ip6/2001:4860::1/tcp/1',
    '/dns4/relay.example/tcp/443/tls/ws',
  ])('that cross the internet are not: %s', (address) => {
    expect(isPrivateAddress(multiaddr(address))).toBe(false)
  })
})
