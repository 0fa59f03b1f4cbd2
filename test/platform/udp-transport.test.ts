import { createSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { createRandomPacket, type IPacket } from '@chainsafe/discv5/packet'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, it } from 'vitest'
import { toHex } from '../../src/chain/index.ts'
import { openUdp, type UdpTransport } from '../../src/platform/node/discv5/udp-transport.ts'

const idOf = (n: number): string => n.toString(16).padStart(64, '0')
const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'))

const open: UdpTransport[] = []
afterEach(async () => {
  for (const { service } of open.splice(0)) await service.stop()
})

const rules = (n: number) => ({ nodeId: () => idOf(n), mayContact: () => true })

async function listen(n: number, address = '/ip4/127.0.0.1/udp/0'): Promise<UdpTransport> {
  const transport = await openUdp(address, rules(n))
  open.push(transport)
  await transport.service.start()
  return transport
}

/** The next packet that a transport hands on. */
function nextPacket({ service }: UdpTransport): Promise<{ from: string; message: string; nonce: string }> {
  return new Promise((resolve) => {
    service.once('packet', (from, packet) => resolve({ from: from.toString(), ...told(packet) }))
  })
}

const told = ({ message, header }: IPacket) => ({ message: toHex(message), nonce: toHex(header.nonce) })

const addressOf = ({ service }: UdpTransport) => service.bindAddrs[0]!

describe('the socket of discv5', () => {
  it.each([['/ip4/127.0.0.1/udp/0', true] as const, ['/ip6/::1/udp/0', hasIpv6] as const])(
    'carries packets over %s, and says from where',
    async (address, there) => {
      if (!there) return
      const [from, to] = [await listen(1, address), await listen(2, address)]
      const received = nextPacket(to)
      const sent = createRandomPacket(idOf(1))
      await from.service.send(addressOf(to), idOf(2), sent)
      expect(await received).toEqual({ from: addressOf(from).toString(), ...told(sent) })
    },
  )

  it('passes over what is no packet to us, and goes on where the handling of one fails', async () => {
    const [from, to] = [await listen(1), await listen(2)]
    const junk = createSocket('udp4')
    for (const size of [0, 1, 62, 63, 64, 500, 1280, 1281, 4000]) {
      junk.send(new Uint8Array(size).fill(size), to.address.port, '127.0.0.1')
    }
    let handled = 0
    const failing = new Promise<void>((resolve) => {
      to.service.once('packet', () => {
        handled++
        resolve()
        throw new Error('the package failed')
      })
    })
    await from.service.send(addressOf(to), idOf(3), createRandomPacket(idOf(1)))
    await from.service.send(addressOf(to), idOf(2), createRandomPacket(idOf(1)))
    await failing
    const received = nextPacket(to)
    await from.service.send(addressOf(to), idOf(2), createRandomPacket(idOf(1)))
    expect((await received).from).toBe(addressOf(from).toString())
    expect(handled).toBe(1)
    junk.close()
  })

  it('takes no harm from addresses to which nothing can be sent', async () => {
    const [from, to] = [await listen(1), await listen(2)]
    const packet = createRandomPacket(idOf(1))
    for (const nowhere of ['/ip4/255.255.255.255/udp/9', '/ip4/0.0.0.0/udp/9', '/ip6/::1/udp/9', '/ip6/::1/tcp/9']) {
      await from.service.send(multiaddr(nowhere), idOf(2), packet)
    }
    const received = nextPacket(to)
    await from.service.send(addressOf(to), idOf(2), packet)
    expect(await received).toMatchObject(told(packet))
  })

  it('tells the port that it has, which is free again when it is stopped', async () => {
    const first = await openUdp('/ip4/127.0.0.1/udp/0', rules(1))
    const { port } = first.address
    expect(port).toBeGreaterThan(0)
    await expect(openUdp(`/ip4/127.0.0.1/udp/${port}`, rules(1))).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('EADDRINUSE'),
    })
    await first.service.stop()
    const again = await listen(1, `/ip4/127.0.0.1/udp/${port}`)
    expect(again.address.port).toBe(port)
  })

  it.each(['/ip4/127.0.0.1/tcp/9000', '/dns4/localhost/udp/9000', '/ip4/127.0.0.1/udp/9000/quic-v1', 'nonsense'])(
    'refuses to listen on %s',
    async (address) => {
      await expect(openUdp(address, rules(1))).rejects.toMatchObject({ code: 'address_invalid' })
    },
  )
})
