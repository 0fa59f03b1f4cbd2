import { describe, expect, it } from 'vitest'
import { createKnownTargets } from '../../src/bootnode/gateway/targets/known-targets.ts'
import type { TunnelTarget } from '../../src/tunnel/target.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import { somePeerId } from '../kit/tunnel.ts'

const HOUR = 3_600_000

async function setUp(named: readonly string[] = []) {
  const clock = createFakeClock(1_700_000_000_000)
  const peerId = await somePeerId()
  const target: TunnelTarget = { peerId, host: { kind: 'ip4', value: '192.0.2.7' }, port: 9000 }
  return { clock, target, address: `/ip4/192.0.2.7/tcp/9000/p2p/${peerId}`, known: createKnownTargets(named, clock) }
}

describe('tunnels lead to', () => {
  it('a peer that was reached, for a day', async () => {
    const { clock, target, address, known } = await setUp()
    expect(known.has(target)).toBe(false)
    known.add(address)
    expect(known.has(target)).toBe(true)
    await clock.advance(24 * HOUR - 1)
    expect(known.has(target)).toBe(true)
    await clock.advance(1)
    expect(known.has(target)).toBe(false)
  })

  it('it at the very address where it was reached, and under no other name', async () => {
    const { target, address, known } = await setUp()
    known.add(address)
    expect(known.has({ ...target, port: 9001 })).toBe(false)
    expect(known.has({ ...target, host: { kind: 'ip4', value: '192.0.2.8' } })).toBe(false)
    expect(known.has({ ...target, host: { kind: 'dns4', value: '192.0.2.7' } })).toBe(false)
    expect(known.has({ ...target, peerId: await somePeerId() })).toBe(false)
  })

  it('what the operator named, for ever', async () => {
    const { target } = await setUp()
    const { clock, known } = await setUp([`/dns4/node.example/tcp/9000/p2p/${target.peerId}`])
    await clock.advance(1000 * HOUR)
    expect(known.has({ ...target, host: { kind: 'dns4', value: 'node.example' } })).toBe(true)
    expect(known.has(target)).toBe(false)
  })

  it('nothing that is no TCP address', async () => {
    const { target, known } = await setUp()
    for (const address of ['', 'nonsense', `/ip4/192.0.2.7/udp/9000/quic-v1/p2p/${target.peerId}`]) known.add(address)
    expect(known.has(target)).toBe(false)
    expect(() => createKnownTargets(['/ip4/192.0.2.7/tcp/9000'], createFakeClock())).toThrowError(
      expect.objectContaining({ code: 'address_invalid' }),
    )
  })

  it('the five thousand that were reached last', async () => {
    const { target, known } = await setUp()
    const at = (i: number) => ({ kind: 'ip4', value: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` }) as const
    for (let i = 0; i < 5_001; i++) known.add(`/ip4/${at(i).value}/tcp/9000/p2p/${target.peerId}`)
    expect(known.has({ ...target, host: at(0) })).toBe(false)
    expect(known.has({ ...target, host: at(1) })).toBe(true)
    expect(known.has({ ...target, host: at(5_000) })).toBe(true)
  })
})
