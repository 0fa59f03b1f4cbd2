import type { Libp2p, Stream } from '@libp2p/interface'
import { scenarioProtocols } from './protocols.ts'
import { count, encodeNumber, KIB, readNumber, sendBytes } from './streams.ts'

/** Serves what the scenarios ask for. */
export async function serveScenarios(libp2p: Libp2p): Promise<void> {
  let sent = 0
  let go = Promise.withResolvers<void>()

  async function answerCount(stream: Stream, bytes: () => number, ended: Promise<void>): Promise<void> {
    await ended
    stream.send(encodeNumber(bytes()))
    await stream.close()
  }

  const handlers: Record<keyof typeof scenarioProtocols, (stream: Stream) => Promise<void> | void> = {
    async echo(stream) {
      const counter = count(stream, (data) => void stream.send(data.slice()))
      await counter.ended
      await stream.close()
    },
    count(stream) {
      const counter = count(stream)
      return answerCount(stream, () => counter.bytes, counter.ended)
    },
    async slowCount(stream) {
      go = Promise.withResolvers<void>()
      const counter = count(stream)
      await counter.until(KIB)
      stream.pause()
      await go.promise
      stream.resume()
      await answerCount(stream, () => counter.bytes, counter.ended)
    },
    async go(stream) {
      count(stream)
      go.resolve()
      await stream.close()
    },
    async source(stream) {
      const wanted = await readNumber(stream)
      sent = 0
      await sendBytes(stream, wanted, (bytes) => {
        sent += bytes
      })
      await stream.close()
    },
    async sent(stream) {
      count(stream)
      stream.send(encodeNumber(sent))
      await stream.close()
    },
    cut() {},
  }
  for (const [name, protocol] of Object.entries(scenarioProtocols)) {
    const handle = handlers[name as keyof typeof handlers]
    await libp2p.handle(
      protocol,
      (stream, connection) => {
        if (protocol === scenarioProtocols.cut) connection.abort(new Error('cut'))
        else void Promise.resolve(handle(stream)).catch((error: Error) => stream.abort(error))
      },
      { maxInboundStreams: 200 },
    )
  }
}
