import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { multiaddr } from '@multiformats/multiaddr'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { platform } from '../../src/platform/node/index.ts'
import { webRtcDirect } from '../../src/webrtc/index.ts'
import { startScenarioNode } from './scenario/node.ts'
import { scenarioProtocols } from './scenario/protocols.ts'
import { type ScenarioContext, scenarios } from './scenario/scenarios.ts'
import { serveScenarios } from './scenario/serve.ts'
import { closed, count, KIB, MIB, readNumber, sendBytes } from './scenario/streams.ts'

type Node = Awaited<ReturnType<typeof startScenarioNode>>

const STRANGER = '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'
/** Data channels know no window: a reader cannot hold its sender back. */
const heldBack = scenarios.filter(({ name }) => name.includes('slow reader'))

describe('WebRTC-direct between two nodes', () => {
  const hole = createSocket('udp4')
  let listener: Node
  let dialer: Node
  let context: ScenarioContext

  beforeAll(async () => {
    hole.bind(0, '127.0.0.1')
    await once(hole, 'listening')
    const transports = { only: [], add: [webRtcDirect()] }
    listener = await startScenarioNode(platform, { transports, listen: ['/ip4/127.0.0.1/udp/0/webrtc-direct'] })
    await serveScenarios(listener)
    dialer = await startScenarioNode(platform, { transports: { only: [], add: [webRtcDirect()] } })
    const address = String(listener.getMultiaddrs()[0])
    context = {
      libp2p: dialer,
      address,
      silent: address.replace(/udp\/\d+/, `udp/${hole.address().port}`),
      stranger: STRANGER,
    }
  })
  afterAll(async () => {
    await dialer?.stop()
    await listener?.stop()
    hole.close()
  })

  afterEach(() => {
    for (const connection of dialer.getConnections()) connection.abort(new Error('the test is over'))
  })

  it.each(scenarios.filter((scenario) => !heldBack.includes(scenario)))('$name', async ({ run }) => {
    await run(context)
    await expect.poll(() => listener.getConnections(), { timeout: 5_000 }).toEqual([])
  })

  it('ends a stream whose reader lags by more than 4 MiB, and carries on with the others', async () => {
    const connection = await dialer.services.lampara.dial(multiaddr(context.address), AbortSignal.timeout(10_000))
    const lagging = await connection.newStream(scenarioProtocols.slowCount)
    const ended = closed(lagging)
    const answer = readNumber(lagging)
    // It may have sent all before it is told.
    await sendBytes(lagging, 20 * MIB).catch(() => {})
    await ended
    await expect(answer).rejects.toThrow()
    const echo = await connection.newStream(scenarioProtocols.echo)
    const counter = count(echo)
    echo.send(new Uint8Array(KIB))
    await counter.until(KIB)
  })
})
