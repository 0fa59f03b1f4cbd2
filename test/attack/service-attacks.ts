import { peerExchangeId } from '../../src/network/discovery/peer-exchange-id.ts'
import { encodeTunnelRequest } from '../../src/tunnel/frames.ts'
import { tunnelProtocol } from '../../src/tunnel/protocol.ts'
import type { Attacker } from './attacker.ts'
import type { ConnectionAttack } from './connection-attacks.ts'

/** Opens streams side by side and writes a request to each, for as long as the connection is open. */
async function floodStreams(attacker: Attacker, protocol: string, request: Uint8Array): Promise<void> {
  const lane = async (): Promise<void> => {
    while (attacker.isOpen) {
      const stream = await attacker.open(protocol).catch(() => undefined)
      stream?.send(request)
      void stream?.close().catch(() => {})
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await Promise.all(Array.from({ length: 32 }, lane))
}

/** `RESERVE` of circuit relay v2. */
const RESERVE = new Uint8Array([2, 8, 0])
/** A target that the gateway does not know. */
const TUNNEL_REQUEST = encodeTunnelRequest({
  peerId: '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ',
  host: { kind: 'ip4', value: '9.9.9.9' },
  port: 9000,
})

/** An attack on what a bootnode serves. */
export interface ServiceAttack extends ConnectionAttack {
  /** Where it goes. @default WebSocket */
  readonly over?: 'quic'
}

/** The attacks on the services of a bootnode. */
export const serviceAttacks: Readonly<Record<string, ServiceAttack>> = {
  'reservations of a relay without end': {
    cause: 'streams',
    run: (attacker) => floodStreams(attacker, '/libp2p/circuit/relay/0.2.0/hop', RESERVE),
  },
  'requests for tunnels without end': {
    cause: 'streams',
    run: (attacker) => floodStreams(attacker, tunnelProtocol, TUNNEL_REQUEST),
  },
  'requests for peers without end': {
    cause: 'streams',
    run: (attacker) => floodStreams(attacker, peerExchangeId, new Uint8Array(16)),
  },
  'QUIC streams without end': {
    cause: 'streams',
    over: 'quic',
    run: (attacker) => floodStreams(attacker, '/none/1', new Uint8Array(1)),
  },
}
