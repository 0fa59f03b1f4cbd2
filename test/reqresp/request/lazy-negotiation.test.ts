import type { Connection, Stream, StreamMuxer } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createReqResp, defineProtocol, protocols, type ReqResp } from '../../../src/reqresp/index.ts'
import { systemClock } from '../../../src/streams/clock.ts'
import { createReqRespPair, type ReqRespPair, testChain } from '../../kit/reqresp-pair.ts'

const method = defineProtocol<bigint, bigint>({
  name: 'lazy',
  request: protocols.ping.request!(testChain),
  response: protocols.ping.response({ chain: testChain }),
})

let pair: ReqRespPair
let asker: ReqResp & { stop(): Promise<void> }
const penalties: unknown[] = []

beforeEach(async () => {
  pair = await createReqRespPair()
})
afterEach(async () => {
  await asker?.stop()
  await pair.stop()
  expect(penalties.splice(0)).toEqual([])
})

/** An asker whose first stream is another than the muxer would open. */
function askerWith(open: (real: () => Promise<Stream>) => Promise<Stream>): ReqResp {
  let first = true
  const through = (connection: Connection): Connection => {
    const { muxer } = connection as Connection & { readonly muxer: StreamMuxer }
    const createStream = async (options: object): Promise<Stream> => {
      const real = async (): Promise<Stream> => muxer.createStream(options)
      if (!first) return real()
      first = false
      return open(real)
    }
    return new Proxy(connection, {
      get: (target, name) => (name === 'muxer' ? { createStream } : Reflect.get(target, name)),
    })
  }
  const libp2p = pair.nodes.asker
  asker = createReqResp({
    libp2p: {
      getConnections: () => libp2p.getConnections().map(through),
      getProtocols: () => libp2p.getProtocols(),
      handle: async () => {},
      unhandle: async () => {},
    },
    chain: testChain,
    clock: systemClock,
    selectPeer: () => pair.peer,
    onPenalty: (...report) => penalties.push(report),
  })
  return asker
}

const ask = (reqresp: ReqResp): Promise<bigint> => reqresp.request(method, 7n, { peer: pair.peer }).single()

function serve(): void {
  pair.responder.serve(method, async function* (request) {
    yield request
  })
}

describe('a request', () => {
  it('goes out together with the proposal of its protocol, before anything is answered', async () => {
    serve()
    const events: string[] = []
    const reqresp = askerWith(async (real) => {
      const stream = await real()
      const send = stream.send.bind(stream)
      stream.send = (data) => {
        events.push(`sent ${data.byteLength}`)
        return send(data)
      }
      stream.addEventListener('message', () => events.push('received'))
      return stream
    })
    await expect(ask(reqresp)).resolves.toBe(7n)
    const [first, second] = events
    // More than the two lines of the negotiation, and all that is sent at all.
    expect(Number(first!.slice(5))).toBeGreaterThan(`/multistream/1.0.0\n${method.id}\n`.length + 2 + 8)
    expect(second).toBe('received')
    expect(events.filter((event) => event.startsWith('sent'))).toHaveLength(1)
  })

  it('is asked again with full negotiation where its stream ends before the protocol is accepted', async () => {
    serve()
    const reqresp = askerWith(async () => {
      const [near, far] = await streamPair()
      far.addEventListener('message', () => far.abort(new Error('not me')))
      return near
    })
    await expect(ask(reqresp)).resolves.toBe(7n)
  })

  it.each([
    ['na', '\x03na\n'],
    ['a line that is too long', '\xff\x7f'],
    ['an empty line', '\x00'],
    ['another protocol', '\x0a/other/1\n\n'],
    ['noise', '\x05\xfe\xfe\xfe\xfe\xfe'],
  ])('is asked again where the answer to its proposal is %s', async (_what, answer) => {
    serve()
    const version = '\x13/multistream/1.0.0\n'
    const reqresp = askerWith(async () => {
      const [near, far] = await streamPair()
      far.addEventListener('message', () => {
        if (far.status === 'open') far.send(Buffer.from(version + answer, 'latin1'))
      })
      return near
    })
    const asked = ask(reqresp)
    // What was declined in so many words has no other version to fall back on.
    if (_what === 'na') await expect(asked).rejects.toMatchObject({ code: 'protocol_unsupported' })
    else await expect(asked).resolves.toBe(7n)
  })

  it('fails with `open_stream_timeout` where nobody answers its proposal', async () => {
    serve()
    const reqresp = askerWith(async () => (await streamPair())[0])
    const asked = reqresp.request(method, 7n, { peer: pair.peer, openStreamTimeoutMs: 50 }).single()
    await expect(asked).rejects.toMatchObject({ code: 'open_stream_timeout' })
    penalties.length = 0
  })
})
