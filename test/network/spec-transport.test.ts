import { generateKeyPairSync } from 'node:crypto'
import { connect as openSocket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { mplex } from '@libp2p/mplex'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cleanUpAfterEach, listenOn, startBareNode, startNetwork, testChain, untilPeers } from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

/** What a TCP listener says to lines of multistream-select, each of which it answers with one. */
async function saidTo(address: string, lines: readonly string[]): Promise<string[]> {
  const [, , host, , port] = address.split('/')
  const socket = openSocket({ host: host!, port: Number(port) })
  onTestFinished(() => void socket.destroy())
  const said: string[] = []
  for (const line of lines) socket.write(Uint8Array.of(line.length + 1, ...new TextEncoder().encode(`${line}\n`)))
  let text = ''
  for await (const data of socket) {
    text += (data as Buffer).toString('latin1')
    for (let length = text.charCodeAt(0); text.length > length; length = text.charCodeAt(0)) {
      said.push(text.slice(1, length))
      text = text.slice(length + 1)
    }
    if (said.length >= lines.length) return said
  }
  throw new Error(`the listener hung up after ${JSON.stringify(said)}`)
}

/** What a TCP listener answers to the first message of a Noise handshake: its first message. */
async function noiseAnswer(address: string, message: Uint8Array): Promise<Uint8Array> {
  const [, , host, , port] = address.split('/')
  const socket = openSocket({ host: host!, port: Number(port) })
  onTestFinished(() => void socket.destroy())
  const lines = ['/multistream/1.0.0', '/noise'].map((line) => `${String.fromCharCode(line.length + 1)}${line}\n`)
  socket.write(lines.join(''))
  socket.write(Uint8Array.of(message.length >> 8, message.length & 0xff, ...message))
  let bytes = Buffer.alloc(0)
  const agreed = lines.join('').length
  for await (const data of socket) {
    bytes = Buffer.concat([bytes, data as Buffer])
    if (bytes.length < agreed + 2) continue
    const length = bytes.readUInt16BE(agreed)
    if (bytes.length >= agreed + 2 + length) return bytes.subarray(agreed + 2, agreed + 2 + length)
  }
  throw new Error('the listener hung up')
}

describe('a node', () => {
  it('agrees on Noise alone, over multistream-select 1.0', async () => {
    const network = await startNetwork({ chain, listen: listenOn.tcp })
    const lines = ['/multistream/1.0.0', '/plaintext/2.0.0', '/tls/1.0.0', '/noise']
    expect(await saidTo(network.addresses[0]!, lines)).toEqual(['/multistream/1.0.0', 'na', 'na', '/noise'])
  })

  it('speaks the XX handshake of Noise: an ephemeral key alone is answered by one more, a key that is sealed, and a payload', async () => {
    const network = await startNetwork({ chain, listen: listenOn.tcp })
    const ephemeral = generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
    const answer = await noiseAnswer(network.addresses[0]!, ephemeral)
    // XX: "e", then "e, ee, s, es" and the payload: 32 bytes, 32 and 16, and the identity with its signature and 16.
    expect(answer.length).toBeGreaterThan(32 + 48 + 16 + 64)
    // Less than a key is not a first message.
    await expect(noiseAnswer(network.addresses[0]!, new Uint8Array(16))).rejects.toThrow()
  })

  it('is known by a secp256k1 identity, behind Noise', async () => {
    const network = await startNetwork({ chain, listen: listenOn.tcp })
    const peer = await startBareNode(chain)
    await peer.greet(network.addresses[0]!)
    const [connection] = peer.libp2p.getConnections()
    expect(connection!.remotePeer.type).toBe('secp256k1')
    expect(connection!.encryption).toBe('/noise')
  })

  it('takes yamux where the other side has it too, though that one would rather have mplex', async () => {
    const network = await startNetwork({ chain })
    const peer = await createLibp2p({
      privateKey: await generateKeyPair('secp256k1'),
      addresses: { listen: [...listenOn.tcp] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [mplex(), yamux()],
      services: { identify: identify() },
    })
    onTestFinished(() => peer.stop())
    const met = new Promise<string>((resolve) => {
      peer.addEventListener('connection:open', ({ detail }) => resolve(detail.multiplexer ?? 'none'), { once: true })
    })
    // It speaks no Status: that we do not count it matters to nobody here.
    await network.connect(peer.getMultiaddrs()[0]!.toString()).catch(() => {})
    expect(await met).toBe('/yamux/1.0.0')
  })

  it('dials and listens on IPv6 as on IPv4', async () => {
    const dialer = await startNetwork({ chain })
    if (!hasIpv6) {
      // Without it on this machine an attempt is all there can be: a node that knew no IPv6 would say "no transport".
      const refusal = await dialer.connect(`/ip6/::1/tcp/9/p2p/${dialer.peerId}`).catch((error: Error) => error.message)
      expect(refusal).not.toContain('no transport')
      return
    }
    const listener = await startNetwork({ chain, listen: ['/ip6/::1/tcp/0', ...listenOn.tcp] })
    expect(listener.addresses.map((address) => address.split('/')[1])).toEqual(['ip6', 'ip4'])
    for (const address of listener.addresses) {
      await dialer.connect(address)
      await dialer.disconnect(listener.peerId)
      await untilPeers(listener, 0)
    }
  })
})
