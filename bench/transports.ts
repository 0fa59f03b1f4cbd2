import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2pNode } from '../src/network/node/libp2p-config.ts'
import { createNodeDependencies } from '../src/network/node/node-dependencies.ts'
import type { TransportOptions } from '../src/network/types.ts'
import { platform } from '../src/platform/node/index.ts'
import { webRtcDirect } from '../src/webrtc/index.ts'
import { bareWire, type WireName } from './support/bare-wire.ts'
import type { Report } from './support/figure.ts'
import { benchChain } from './support/loads.ts'
import { ratio, sideBySide, typical } from './support/side-by-side.ts'
import { connectTimes, download, TRANSFER_BYTES, upload } from './support/transfer.ts'
import { startWirePeer } from './support/wire-peer.ts'

const CONNECTS = { warmUp: 3, samples: 21 }
const CONNECTS_PER_SAMPLE = 8
const TRANSFERS = { warmUp: 2, samples: 11 }
const CHOSEN: Readonly<Record<WireName, TransportOptions>> = {
  tcp: { only: ['tcp'] },
  ws: { only: ['websocket'] },
  quic: { only: ['quic'] },
  webrtc: { only: [], add: [webRtcDirect()] },
}

/**
 * The libp2p node of a network against a bare one, by each of Node's transports: connecting, and moving 20 MB over one
 * stream. Anyone who is connected to is another process, the same for both.
 */
export async function run(report: Report): Promise<void> {
  const peer = await startWirePeer()
  try {
    for (const name of ['tcp', 'ws', 'quic', 'webrtc'] as const) await compare(name, peer.addresses[name], report)
  } finally {
    peer.stop()
  }
}

async function compare(name: WireName, text: string, report: Report): Promise<void> {
  const options = { chain: benchChain, allowPrivateAddresses: true, transports: CHOSEN[name] }
  const ours = await createLibp2pNode(await createNodeDependencies(platform, options))
  await ours.start()
  const bare = await bareWire([name])
  const address = multiaddr(text)
  const dial = {
    // As a network does it.
    ours: () => ours.services.lampara.dial(address, AbortSignal.timeout(10_000)),
    bare: () => bare.dial(address, { signal: AbortSignal.timeout(10_000) }),
  }
  try {
    const connecting = await sideBySide(
      {
        ours: () => connectTimes(CONNECTS_PER_SAMPLE, dial.ours),
        bare: () => connectTimes(CONNECTS_PER_SAMPLE, dial.bare),
      },
      CONNECTS,
    )
    const figure = { unit: '× bare libp2p', better: 'higher' } as const
    const samples = CONNECTS.samples
    const area = `transports/${name}`
    report({
      ...figure,
      samples,
      name: `${area}-connect`,
      value: ratio(connecting.bare, connecting.ours, 'wallMs'),
      goal: 0.95,
    })
    const connectMs = typical(connecting.ours, 'wallMs') / CONNECTS_PER_SAMPLE
    report({ name: `${area}-connect-time`, value: connectMs, unit: 'ms', better: 'lower', samples })

    const connections = { ours: await dial.ours(), bare: await dial.bare() }
    for (const [way, move] of [['upload', upload] as const, ['download', download] as const]) {
      const moving = await sideBySide(
        { ours: () => move(connections.ours), bare: () => move(connections.bare) },
        TRANSFERS,
      )
      const value = ratio(moving.bare, moving.ours, 'wallMs')
      report({ ...figure, samples: TRANSFERS.samples, name: `${area}-${way}`, value, goal: 0.95 })
      const speed = TRANSFER_BYTES / 1000 / typical(moving.ours, 'wallMs')
      report({ name: `${area}-${way}-speed`, value: speed, unit: 'MB/s', better: 'higher', samples: TRANSFERS.samples })
    }
  } finally {
    await ours.stop()
    await bare.stop()
  }
}
