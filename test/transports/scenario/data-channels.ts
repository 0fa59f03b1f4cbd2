import { scenarios } from './scenarios.ts'
import { assert, connectionsOf, dial, echo, open, part, rejection, type Scenario, TOTAL } from './steps.ts'
import { closed, count, encodeNumber, KIB, readNumber, sendBytes } from './streams.ts'

/**
 * Everything that must hold over WebRTC. Data channels know no window, so that a reader cannot hold its sender back: who lags
 * by more than 4 MiB loses the stream instead.
 */
export const dataChannelScenarios: readonly Scenario[] = [
  ...scenarios.filter(({ name }) => !name.includes('slow reader')),
  {
    // The last word of Node's add-on is lost one time in three.
    name: 'ends each of five connections that the other side cuts off',
    async run(context) {
      const connections = await Promise.all(Array.from({ length: 5 }, () => dial(context)))
      const ended = connections.map((connection) => closed(connection))
      await Promise.all(connections.map((connection) => rejection(open(connection, 'cut'))))
      await Promise.all(ended)
      assert(connectionsOf(context).length === 0, 'no connection')
    },
  },
  {
    name: 'carries 20 MB each way to readers that keep up',
    async run(context) {
      const connection = await dial(context)
      const up = await open(connection, 'count')
      const answer = readNumber(up)
      await sendBytes(up, TOTAL)
      await up.close()
      assert((await answer) === TOTAL, 'all of it to arrive')
      const down = await open(connection, 'source')
      const counter = count(down)
      down.send(encodeNumber(TOTAL))
      await counter.ended
      assert(counter.bytes === TOTAL, `all of it to arrive, not ${counter.bytes}`)
      await down.close()
      await part(connection)
    },
  },
  {
    name: 'ends a stream whose reader lags by more than 4 MiB, and carries on with the others',
    async run(context) {
      const connection = await dial(context)
      const up = await open(connection, 'slowCount')
      const ended = closed(up)
      const answer = rejection(readNumber(up))
      // It may have sent all before it is told.
      await rejection(sendBytes(up, TOTAL))
      await ended
      assert((await answer) instanceof Error, 'no answer')
      await echo(connection)
      const down = await open(connection, 'source')
      const counter = count(down)
      down.send(encodeNumber(TOTAL))
      await counter.until(KIB)
      down.pause()
      await closed(down)
      assert(counter.bytes < TOTAL, 'no more to be held than is bounded')
      await echo(connection)
      await part(connection)
    },
  },
]
