import { setTimeout } from 'node:timers/promises'
import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { createReqResp, type Protocol } from '../src/reqresp/index.ts'
import type { Exchange } from '../src/reqresp/types.ts'
import { bytesReader } from '../src/streams/byte-reader.ts'
import { systemClock } from '../src/streams/clock.ts'
import { encodeRequest, readChunkHead, readPayload } from '../src/wire/index.ts'
import { createBareNode } from './support/bare-node.ts'
import { startBarePeer } from './support/bare-peer.ts'
import { median, type Report, timed } from './support/figure.ts'
import { benchChain, byteList, CHUNKS, largeProtocol, smallProtocol } from './support/loads.ts'
import { heldBytes, MIB } from './support/memory.ts'

const SAMPLES = 21
const WARM_UP = 4
/** A thousand and more in all. */
const SMALL_PER_SAMPLE = 100
const ASK = new Uint8Array(8)
const BUSY_MS = 2_000

/**
 * `request()` against a bare libp2p stream that writes and reads the same bytes and decodes them with the same code, but knows
 * no limits, no timeouts and no abort. Whoever answers is another process, the same for both.
 */
export async function run(report: Report): Promise<void> {
  const peer = await startBarePeer()
  const node = await createBareNode([])
  const reqresp = createReqResp({
    libp2p: node,
    chain: benchChain,
    clock: systemClock,
    selectPeer: () => undefined,
    onOffence: (_, offence, reason) => {
      throw new Error(`the peer was reported: ${offence}, ${reason}`)
    },
  })
  try {
    const connection = await node.dial(multiaddr(peer.address))
    const id = connection.remotePeer.toString()
    const ours = async (protocol: Protocol<Uint8Array, Uint8Array>): Promise<number> =>
      (await reqresp.request(protocol, ASK, { peer: id }).all()).length
    const bare = (protocol: Protocol<Uint8Array, Uint8Array>): Promise<number> => bareRequest(connection, protocol.id)

    const large = await sideBySide({
      ours: () => expectChunks(ours(largeProtocol), CHUNKS),
      bare: () => expectChunks(bare(largeProtocol), CHUNKS),
    })
    const inTurn = (request: typeof ours) => async () => {
      for (let count = 0; count < SMALL_PER_SAMPLE; count++) await request(smallProtocol)
    }
    const small = await sideBySide({ ours: inTurn(ours), bare: inTurn(bare) })
    const twoAtOnce = (request: typeof ours) => async () => {
      for (let count = 0; count < SMALL_PER_SAMPLE; count += 2) {
        await Promise.all([request(smallProtocol), request(smallProtocol)])
      }
    }
    const pairs = await sideBySide({ ours: twoAtOnce(ours), bare: twoAtOnce(bare) })

    const ratio = { unit: '× a bare stream', better: 'higher', samples: SAMPLES } as const
    const rate = { unit: 'requests/s', better: 'higher', samples: SAMPLES } as const
    report({ name: 'reqresp/bytes', value: large.bare / large.ours, goal: 0.85, ...ratio })
    report({ name: 'reqresp/small-requests', value: small.bare / small.ours, goal: 0.9, ...ratio })
    report({ name: 'reqresp/small-requests-2-at-once', value: pairs.bare / pairs.ours, ...ratio })
    report({ name: 'reqresp/small-rate', value: (1000 * SMALL_PER_SAMPLE) / small.ours, ...rate })
    report({ name: 'reqresp/small-rate-bare', value: (1000 * SMALL_PER_SAMPLE) / small.bare, ...rate })
    await slowConsumer(report, () => reqresp.request(largeProtocol, ASK, { peer: id }))
  } finally {
    await reqresp.stop()
    await node.stop()
    peer.stop()
  }
}

/** What an exchange holds whose caller takes one chunk and then is busy, while six megabytes wait to come. */
async function slowConsumer(report: Report, start: () => Exchange<Uint8Array>): Promise<void> {
  const before = await heldBytes()
  const exchange = start()
  for await (const _chunk of exchange) {
    await setTimeout(BUSY_MS)
    const value = ((await heldBytes()) - before) / MIB
    report({ name: 'reqresp/slow-consumer-growth', value, unit: 'MiB', goal: 4, better: 'lower', samples: 1 })
    break
  }
  await exchange.ended
}

/** Medians of both, in milliseconds, taken in turns: what else the machine does weighs on both alike. */
async function sideBySide(work: { ours(): Promise<unknown>; bare(): Promise<unknown> }) {
  const times = { ours: [] as number[], bare: [] as number[] }
  for (let round = 0; round < WARM_UP + SAMPLES; round++) {
    // Who goes first changes, too.
    for (const name of round % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const)) {
      const took = await timed(work[name])
      if (round >= WARM_UP) times[name].push(took)
    }
  }
  return { ours: median(times.ours), bare: median(times.bare) }
}

async function expectChunks(count: Promise<number>, expected: number): Promise<void> {
  if ((await count) !== expected) throw new Error(`${await count} chunks came, not ${expected}`)
}

/** What a few lines by hand would do: send, close, collect until the other side closes, decode. */
async function bareRequest(connection: Connection, protocolId: string): Promise<number> {
  const stream = await connection.newStream(protocolId)
  const parts: Uint8Array[] = []
  const ended = new Promise<void>((resolve, reject) => {
    stream.addEventListener('message', ({ data }) => void parts.push(data.subarray() as Uint8Array))
    stream.addEventListener('remoteCloseWrite', () => resolve())
    stream.addEventListener('close', ({ error }) => (error === undefined ? resolve() : reject(error)))
  })
  stream.send(encodeRequest(ASK))
  await stream.close()
  await ended
  const reader = bytesReader(parts)
  let chunks = 0
  while (await reader.hasMore()) {
    const head = await readChunkHead(reader)
    if (head.result === 'error') throw new Error(head.message)
    byteList.deserialize(await readPayload(reader, { minBytes: 0, maxBytes: byteList.maxSize }))
    chunks++
  }
  return chunks
}
