import { multiaddr } from '@multiformats/multiaddr'
import { assert, connectionsOf, dial, echo, open, part, rejection, type Scenario, TOTAL } from './steps.ts'
import { closed, count, encodeNumber, KIB, MIB, readNumber, sendBytes } from './streams.ts'

/** What may be on its way while nobody reads: windows and buffers of every layer on both sides. */
const IN_FLIGHT = 10 * MIB
const STREAMS = 100
/** Longer than QUIC's idle time-out of ten seconds. */
const IDLE_MS = 12_000

/** Resolves with the number once it has stood still for some looks. */
async function settled(look: () => Promise<number> | number): Promise<number> {
  let last = await look()
  for (let same = 0; same < 10; ) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    const next = await look()
    same = next === last ? same + 1 : 0
    last = next
  }
  return last
}

/** The one that takes long, and asks nothing of the machine meanwhile. */
export const idling: Scenario = {
  name: 'keeps a connection on which nothing happens',
  async run(context) {
    const connection = await dial(context)
    const idle = await open(connection, 'echo')
    const counter = count(idle)
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
    idle.send(new Uint8Array(KIB))
    await counter.until(KIB)
    await part(connection)
  },
}

/** Everything that must hold over every transport, between two nodes as they are in a network, beside `idling`. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'connects, and carries a stream',
    async run(context) {
      const connection = await dial(context)
      assert(connection.remotePeer.toString() === context.address.split('/p2p/').at(-1), 'the peer that was dialed')
      assert(connection.limits === undefined, 'no limits')
      await echo(connection)
      await part(connection)
    },
  },
  {
    name: 'refuses a peer with another id, and keeps nothing of it',
    async run(context) {
      const where = context.address.slice(0, context.address.lastIndexOf('/p2p/'))
      const other = multiaddr(`${where}/p2p/${context.stranger}`)
      assert((await rejection(dial(context, String(other)))) !== undefined, 'a refusal')
      assert(connectionsOf(context).length === 0, 'no connection')
    },
  },
  {
    name: 'carries a hundred streams at once',
    async run(context) {
      const connection = await dial(context)
      // Anyone who opens more than ten before the other side is ready loses them all.
      await echo(connection)
      await Promise.all(Array.from({ length: STREAMS }, (_, index) => echo(connection, KIB + index)))
      await part(connection)
    },
  },
  {
    name: 'carries 20 MB to a slow reader, and holds the sender back meanwhile',
    async run(context) {
      const connection = await dial(context)
      const stream = await open(connection, 'slowCount')
      const answer = readNumber(stream)
      let sent = 0
      const sending = sendBytes(stream, TOTAL, (bytes) => {
        sent += bytes
      })
      const stood = await settled(() => sent)
      assert(stood > KIB && stood < IN_FLIGHT, `the sender to be held back, not at ${stood}`)
      // The rest of the connection goes on.
      await echo(connection)
      const go = await open(connection, 'go')
      count(go)
      await go.close()
      await sending
      await stream.close()
      assert((await answer) === TOTAL, 'all of it to arrive')
      await part(connection)
    },
  },
  {
    name: 'brings 20 MB to a slow reader, which need not hold more than it wants',
    async run(context) {
      const connection = await dial(context)
      const stream = await open(connection, 'source')
      const counter = count(stream)
      stream.send(encodeNumber(TOTAL))
      await counter.until(KIB)
      stream.pause()
      const stood = await settled(async () => readNumber(await open(connection, 'sent')))
      assert(stood < counter.bytes + IN_FLIGHT, `the sender to be held back, not at ${stood}`)
      await echo(connection)
      stream.resume()
      await counter.ended
      assert(counter.bytes === TOTAL, `all of it to arrive, not ${counter.bytes}`)
      await stream.close()
      await part(connection)
    },
  },
  {
    name: 'hears the answer after it has ended its own half',
    async run(context) {
      const connection = await dial(context)
      const stream = await open(connection, 'count')
      const answer = readNumber(stream)
      await sendBytes(stream, 100 * KIB)
      await stream.close()
      assert((await answer) === 100 * KIB, 'a count of what was sent')
      await part(connection)
    },
  },
  {
    name: 'ends streams and connection when the other side cuts it off',
    async run(context) {
      const connection = await dial(context)
      const idle = await open(connection, 'echo')
      count(idle)
      await Promise.all([rejection(open(connection, 'cut')), closed(idle), closed(connection)])
      assert(connectionsOf(context).length === 0, 'no connection')
    },
  },
  {
    name: 'ends its streams when it cuts the connection off itself',
    async run(context) {
      const connection = await dial(context)
      const idle = await open(connection, 'echo')
      count(idle)
      connection.abort(new Error('enough'))
      await Promise.all([closed(idle), closed(connection)])
      assert(connectionsOf(context).length === 0, 'no connection')
    },
  },
  {
    name: 'ends a dial to nobody at once when it is aborted',
    async run(context) {
      const controller = new AbortController()
      const dialing = rejection(context.libp2p.services.lampara.dial(multiaddr(context.silent), controller.signal))
      await new Promise((resolve) => setTimeout(resolve, 100))
      controller.abort(new Error('enough'))
      assert((await dialing) instanceof Error, 'a refusal')
      assert(connectionsOf(context).length === 0, 'no connection')
    },
  },
  {
    name: 'connects again and again, also when the dial before was aborted halfway',
    async run(context) {
      for (let turn = 0; turn < 10; turn++) {
        const controller = new AbortController()
        const dialing = rejection(context.libp2p.services.lampara.dial(multiaddr(context.address), controller.signal))
        await new Promise((resolve) => setTimeout(resolve, turn))
        controller.abort(new Error('enough'))
        await dialing
        for (const left of connectionsOf(context)) await part(left)
        const connection = await dial(context)
        await echo(connection)
        await part(connection)
      }
      assert(connectionsOf(context).length === 0, 'no connection')
    },
  },
]
