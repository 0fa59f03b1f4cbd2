import { setTimeout } from 'node:timers/promises'
import { multiaddr } from '@multiformats/multiaddr'
import { createReqResp, type Protocol } from '../src/reqresp/index.ts'
import type { ResponseStream } from '../src/reqresp/types.ts'
import { systemClock } from '../src/streams/clock.ts'
import { createBareNode } from './support/bare-node.ts'
import { startBarePeer } from './support/bare-peer.ts'
import { bareRequest } from './support/bare-request.ts'
import { type Cost, type Report, startMeter } from './support/figure.ts'
import { benchChain, CHUNKS, floodProtocol, largeProtocol, smallProtocol } from './support/loads.ts'
import { heldBytes, MIB } from './support/memory.ts'
import { ratio, sideBySide, typical } from './support/side-by-side.ts'

const ROUNDS = { warmUp: 4, samples: 21 }
/** Two thousand and more in all. */
const SMALL_PER_SAMPLE = 100
/** Within a single one it matters most whether the collection of garbage falls into it. */
const LARGE_PER_SAMPLE = 4
const ASK = new Uint8Array(8)
const BUSY_MS = 2_000

type Ask = (protocol: Protocol<Uint8Array, Uint8Array>) => Promise<readonly Uint8Array[]>

/**
 * `request()` against a bare libp2p stream that writes and reads the same bytes and decodes them with the same libraries, but
 * knows no limits, no timeouts and no abort. Anyone who answers is another process, the same for both.
 */
export async function run(report: Report): Promise<void> {
  const peer = await startBarePeer()
  const node = await createBareNode([])
  const reqresp = createReqResp({
    libp2p: node,
    chain: benchChain,
    clock: systemClock,
    selectPeer: () => undefined,
    onPenalty: (_, penalty, reason) => {
      throw new Error(`the peer was reported: ${penalty}, ${reason}`)
    },
  })
  try {
    const connection = await node.dial(multiaddr(peer.address))
    const id = connection.remotePeer.toString()
    const ours: Ask = (protocol) => reqresp.request(protocol, ASK, { peer: id }).all()
    const bare: Ask = (protocol) => bareRequest(connection, protocol.id, ASK)

    const large = await sideBySide({ ours: () => someLarge(ours), bare: () => someLarge(bare) }, ROUNDS)
    const figure = { unit: '× a bare stream', better: 'higher', samples: ROUNDS.samples } as const
    report({ ...figure, name: 'reqresp/bytes', value: ratio(large.bare, large.ours, 'wallMs'), goal: 0.85 })
    report({ ...figure, name: 'reqresp/bytes-cpu', value: ratio(large.bare, large.ours, 'cpuMs') })

    const inTurn = await sideBySide({ ours: () => manySmall(ours, 1), bare: () => manySmall(bare, 1) }, ROUNDS)
    report({ ...figure, name: 'reqresp/small-requests', value: ratio(inTurn.bare, inTurn.ours, 'wallMs'), goal: 0.9 })
    report({ ...figure, name: 'reqresp/small-requests-cpu', value: ratio(inTurn.bare, inTurn.ours, 'cpuMs') })
    report(rate('reqresp/small-rate', inTurn.ours))
    report(rate('reqresp/small-rate-bare', inTurn.bare))

    // At most two of one protocol are under way with one peer, as the specification has it: the bare side keeps to that, too.
    const crowd = await sideBySide(
      { ours: () => manySmall(ours, 16), bare: () => manySmall(bare, 2), unbound: () => manySmall(bare, 16) },
      ROUNDS,
    )
    report({ ...figure, name: 'reqresp/small-requests-16', value: ratio(crowd.bare, crowd.ours, 'wallMs'), goal: 0.9 })
    report({ ...figure, name: 'reqresp/small-requests-16-cpu', value: ratio(crowd.bare, crowd.ours, 'cpuMs') })
    report(rate('reqresp/small-rate-16', crowd.ours))
    report(rate('reqresp/small-rate-bare-2', crowd.bare))
    report(rate('reqresp/small-rate-bare-16', crowd.unbound))

    await slowConsumer(report, () => reqresp.request(floodProtocol, ASK, { peer: id }))
  } finally {
    await reqresp.stop()
    await node.stop()
    peer.stop()
  }
}

async function someLarge(ask: Ask): Promise<Cost> {
  const end = startMeter()
  for (let n = 0; n < LARGE_PER_SAMPLE; n++) {
    const chunks = await ask(largeProtocol)
    if (chunks.length !== CHUNKS) throw new Error(`${chunks.length} chunks came, not ${CHUNKS}`)
  }
  return end()
}

async function manySmall(ask: Ask, atOnce: number): Promise<Cost> {
  let left = SMALL_PER_SAMPLE
  const askOn = async (): Promise<void> => {
    while (left-- > 0) await ask(smallProtocol)
  }
  const end = startMeter()
  await Promise.all(Array.from({ length: atOnce }, askOn))
  return end()
}

function rate(name: string, costs: readonly Cost[]) {
  const value = (1000 * SMALL_PER_SAMPLE) / typical(costs, 'wallMs')
  return { name, value, unit: 'requests/s', better: 'higher', samples: costs.length } as const
}

/** What an exchange holds whose caller takes one chunk and then is busy, while sixty megabytes wait to come. */
async function slowConsumer(report: Report, start: () => ResponseStream<Uint8Array>): Promise<void> {
  const before = await heldBytes()
  const exchange = start()
  for await (const _chunk of exchange) {
    await setTimeout(BUSY_MS)
    const value = ((await heldBytes()) - before) / MIB
    report({ name: 'reqresp/slow-consumer-growth', value, unit: 'MiB', goal: 4, better: 'lower', samples: 1 })
    break
  }
  await exchange.completed
}
