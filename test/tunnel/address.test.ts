import { multiaddr } from '@multiformats/multiaddr'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseTunnelAddress, tunnelAddress } from '../../src/tunnel/address.ts'
import { registerTunnelAddresses } from '../../src/tunnel/address-name.ts'
import type { TunnelTarget } from '../../src/tunnel/target.ts'
import { somePeerId } from '../kit/tunnel.ts'

describe('a tunnelled address', () => {
  let via: string
  let target: TunnelTarget
  beforeAll(async () => {
    registerTunnelAddresses()
    via = await somePeerId()
    target = { peerId: await somePeerId(), host: { kind: 'ip4', value: '192.0.2.7' }, port: 9000 }
  })

  it('prints, parses and turns into bytes and back', () => {
    const address = tunnelAddress(via, target)
    expect(address.toString()).toBe(`/p2p/${via}/lampara-tunnel/ip4/192.0.2.7/tcp/9000/p2p/${target.peerId}`)
    expect(multiaddr(address.toString()).equals(address)).toBe(true)
    expect(multiaddr(address.bytes).toString()).toBe(address.toString())
    expect(parseTunnelAddress(address)).toEqual({ via, viaAddress: undefined, target })
  })

  it('names the target as its peer, and not the bootnode', () => {
    expect(
      tunnelAddress(via, target)
        .getComponents()
        .findLast(({ name }) => name === 'p2p')?.value,
    ).toBe(target.peerId)
  })

  it('may say how the bootnode is reached', () => {
    const bootnode = `/dns4/relay.example/tcp/443/tls/ws/p2p/${via}`
    const parsed = parseTunnelAddress(
      multiaddr(`${bootnode}${tunnelAddress(via, target)}`.replace(`/p2p/${via}/p2p/`, '/p2p/')),
    )
    expect(parsed?.viaAddress?.toString()).toBe(bootnode)
    expect(parsed?.target).toEqual(target)
  })

  it.each([
    ['a plain one', () => `/ip4/192.0.2.7/tcp/9000/p2p/${target.peerId}`],
    ['one that names no bootnode', () => `/lampara-tunnel/ip4/192.0.2.7/tcp/9000/p2p/${target.peerId}`],
    ['one that names no target', () => `/p2p/${via}/lampara-tunnel`],
    ["one without the target's peer", () => `/p2p/${via}/lampara-tunnel/ip4/192.0.2.7/tcp/9000`],
    ['one to a WebSocket', () => `/p2p/${via}/lampara-tunnel/ip4/192.0.2.7/tcp/9000/ws/p2p/${target.peerId}`],
    ['a tunnel through a tunnel', () => `/p2p/${via}/lampara-tunnel${tunnelAddress(via, target)}`],
  ])('is not %s', (_, text) => {
    expect(parseTunnelAddress(multiaddr(text()))).toBeUndefined()
  })
})
