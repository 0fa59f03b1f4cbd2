import type { Stream } from '@libp2p/interface'
import { createReqResp, type ReqResp, type ReqRespOptions } from '../../src/reqresp/index.ts'
import type { Clock } from '../../src/streams/clock.ts'
import { createLibp2pPair } from './libp2p-pair.ts'
import { openStreams, testChain } from './reqresp-pair.ts'

/** One of several that are asked: every stream that reaches it is kept for the test to answer. */
export interface CrowdMember {
  readonly id: string
  /** Streams opened to it so far. */
  readonly streams: Stream[]
  /** Resolves with its first stream. */
  readonly asked: Promise<Stream>
}

/** A node that asks, and some that answer as a test has them. */
export interface Crowd {
  readonly asker: ReqResp & { stop(): Promise<void> }
  readonly members: readonly CrowdMember[]
  /** What was reported, as peer and penalty. */
  readonly penalties: (readonly [peer: string, offence: string])[]
  /** What the selection was told, call by call: of each member, in its order. */
  readonly measured: { readonly waitMs: number; readonly expectedMs?: number }[][]
  /** Streams that the asker has open. */
  open(): number
  stop(): Promise<void>
}

/** Starts so many peers of one asker, which takes them in their order. */
export async function createCrowd(size: number, protocolId: string, clock: Clock): Promise<Crowd> {
  const pairs = await Promise.all(Array.from({ length: size }, () => createLibp2pPair()))
  const { dialer } = pairs[0]!
  for (const { listener } of pairs.slice(1)) await dialer.dial(listener.getMultiaddrs())
  const members = await Promise.all(
    pairs.map(async ({ listener }): Promise<CrowdMember> => {
      const streams: Stream[] = []
      const asked = Promise.withResolvers<Stream>()
      await listener.handle(protocolId, (stream) => {
        stream.addEventListener('message', () => {})
        streams.push(stream)
        asked.resolve(stream)
      })
      return { id: listener.peerId.toString(), streams, asked: asked.promise }
    }),
  )
  const penalties: [string, string][] = []
  const measured: Crowd['measured'] = []
  const selectPeer: ReqRespOptions['selectPeer'] = (_, { exclude, costOf }) => {
    measured.push(members.map(({ id }) => costOf(id)))
    return members.find(({ id }) => !exclude.has(id))?.id
  }
  const asker = createReqResp({
    libp2p: dialer,
    chain: testChain,
    clock,
    selectPeer,
    onPenalty: (peer, penalty) => penalties.push([peer, penalty]),
  })
  return {
    asker,
    members,
    penalties,
    measured,
    open: () => openStreams(dialer),
    async stop() {
      await asker.stop()
      for (const pair of pairs) await pair.stop()
    },
  }
}
