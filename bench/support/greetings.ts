import { epochOfSlot, forkDigestAtEpoch, fromHex, slotAtMs } from '../../src/chain/index.ts'
import { createReqResp, protocols } from '../../src/reqresp/index.ts'
import { systemClock } from '../../src/streams/clock.ts'
import type { BareNode } from './bare-node.ts'
import { benchChain } from './loads.ts'

/** Has a bare node answer Status and Ping, so that it counts as a peer. */
export function answerGreetings(libp2p: BareNode): void {
  const reqresp = createReqResp({
    libp2p,
    chain: benchChain,
    clock: systemClock,
    selectPeer: () => undefined,
    onPenalty: () => {},
  })
  reqresp.serve(protocols.status, function* () {
    const epoch = epochOfSlot(benchChain, slotAtMs(benchChain, Date.now()))
    yield {
      forkDigest: fromHex(forkDigestAtEpoch(benchChain, epoch), 4),
      finalizedRoot: new Uint8Array(32),
      finalizedEpoch: 0,
      headRoot: new Uint8Array(32),
      headSlot: 0,
      earliestAvailableSlot: 0,
    }
  })
  reqresp.serve(protocols.ping, function* () {
    yield 0n
  })
}
