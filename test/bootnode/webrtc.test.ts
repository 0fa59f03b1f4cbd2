import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import { webRtcDirect } from '../../src/webrtc/index.ts'

it('a bootnode is followed over WebRTC-direct where it listens for it, and is a relay when asked', async () => {
  const devnet = await createDevnet({ slotDurationMs: 500, startSlot: 36 })
  onTestFinished(devnet.stop)
  const { chain, clock } = devnet
  const bootnode = await createBootnode({
    chain,
    clock,
    upstream: devnet.addresses,
    checkpoint: devnet.checkpoint(),
    listen: ['/ip4/127.0.0.1/tcp/0/ws', '/ip4/127.0.0.1/udp/0/webrtc-direct'],
    relay: { reservations: 8 },
  })
  onTestFinished(bootnode.stop)
  const checkpoint = await bootnode.ready({ signal: AbortSignal.timeout(45_000) })
  const [ws, direct] = bootnode.addresses
  expect([ws, direct]).toEqual([
    expect.stringContaining('/ws/p2p/'),
    expect.stringContaining('/webrtc-direct/certhash/'),
  ])
  expect(bootnode.relayCounts).toEqual({ reservations: 0, connected: 0, refused: 0 })
  const client = await createLightClient({
    chain,
    clock,
    checkpoint,
    bootnodes: [direct!],
    transports: { only: [], add: [webRtcDirect()] },
  })
  onTestFinished(client.stop)
  const { slot } = await client.ready({ signal: AbortSignal.timeout(45_000) })
  for await (const head of client.heads()) if (head.slot > slot) break
  expect(client.network.peers.map(({ address }) => address)).toEqual([direct])
})

it('a bootnode with a data directory has the same certificate for WebRTC-direct after a restart', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'lampara-bootnode-'))
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }))
  const devnet = await createDevnet({ slotDurationMs: 500 })
  onTestFinished(devnet.stop)
  async function hashOfStart(): Promise<string> {
    const bootnode = await createBootnode({
      chain: devnet.chain,
      upstream: devnet.addresses,
      checkpoint: devnet.checkpoint(),
      listen: ['/ip4/127.0.0.1/udp/0/webrtc-direct'],
      dataDirectory,
    })
    const [address = ''] = bootnode.addresses
    await bootnode.stop()
    return /certhash\/(\w+)/.exec(address)?.[1] ?? ''
  }
  const hash = await hashOfStart()
  expect(hash).toMatch(/^uEi/)
  expect(await hashOfStart()).toBe(hash)
})
