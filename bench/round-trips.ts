import { type Bootnode, createBootnode } from '../src/bootnode/index.ts'
import { createDevnet, type Devnet } from '../src/devnet/index.ts'
import { createLightClient } from '../src/light-client/index.ts'
import { startDelayingProxy } from '../test/kit/delaying-proxy.ts'
import { startDelayingUdpProxy } from '../test/kit/delaying-udp-proxy.ts'
import { median, type Report } from './support/figure.ts'
import { slopeOf } from './support/slope.ts'

const LATENCIES_MS = [0, 100, 200, 400] as const
const SAMPLES = 5

const transports = {
  websocket: { listen: '/ip4/127.0.0.1/tcp/0/ws', start: startDelayingProxy, goal: 5 },
  tcp: { listen: '/ip4/127.0.0.1/tcp/0', start: startDelayingProxy, goal: 4 },
  quic: { listen: '/ip4/127.0.0.1/udp/0/quic-v1', start: startDelayingUdpProxy, goal: 3 },
} as const

type Transport = keyof typeof transports

/**
 * Round trips from `createLightClient()` to the first current head, in Node: the slope of the time over the latency of a proxy in
 * between. What the machine is slow at shifts the line, and leaves its slope.
 */
export async function run(report: Report): Promise<void> {
  const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 12_000, forks: { fulu: 0 } })
  try {
    const listen = Object.values(transports).map((transport) => transport.listen)
    const bootnode = await createBootnode({
      chain: devnet.chain,
      upstream: devnet.addresses,
      checkpoint: devnet.checkpoint(),
      listen,
    })
    try {
      await bootnode.client.ready()
      for (const name of Object.keys(transports) as Transport[]) await measure(name, devnet, bootnode, report)
    } finally {
      await bootnode.stop()
    }
  } finally {
    await devnet.stop()
  }
}

async function measure(name: Transport, devnet: Devnet, bootnode: Bootnode, report: Report): Promise<void> {
  const { start, goal } = transports[name]
  const address = bootnode.addresses.find((other) => kindOf(other) === name)
  if (address === undefined) throw new Error(`Cannot measure ${name}: the bootnode listens at ${bootnode.addresses}`)
  const port = /\/(?:tcp|udp)\/(\d+)/.exec(address)![1]!
  const points: { readonly x: number; readonly y: number }[] = []
  for (const latencyMs of LATENCIES_MS) {
    const proxy = await start(Number(port), latencyMs)
    const times: number[] = []
    for (let sample = 0; sample < SAMPLES; sample++) {
      times.push(await firstHeadMs(devnet, address.replace(`/${port}`, `/${proxy.port}`)))
    }
    await proxy.close()
    points.push({ x: latencyMs, y: median(times) })
  }
  const samples = SAMPLES * LATENCIES_MS.length
  report({ name: `round-trips/${name}`, value: slopeOf(points), unit: '', goal, better: 'lower', samples })
}

async function firstHeadMs({ chain, checkpoint }: Devnet, address: string): Promise<number> {
  const start = performance.now()
  const client = await createLightClient({ chain, checkpoint: checkpoint(), bootnodes: [address], discv5: false })
  try {
    await client.ready()
    return performance.now() - start
  } finally {
    await client.stop()
  }
}

function kindOf(address: string): Transport {
  if (address.includes('/quic-v1')) return 'quic'
  return address.includes('/ws') ? 'websocket' : 'tcp'
}
