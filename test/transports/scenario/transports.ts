import type { TransportOptions } from '../../../src/network/types.ts'
import type { TransportName } from '../../../src/platform/transports.ts'
import { webRtc, webRtcDirect } from '../../../src/webrtc/index.ts'

/** What scenarios run over: the transports of ours by name, and those that are added. */
export type ScenarioTransport = TransportName | 'webrtc-direct' | 'webrtc'

/** The one transport, with what leads to it. */
export function only(name: ScenarioTransport): TransportOptions {
  switch (name) {
    case 'tunnel':
      return { only: ['websocket', 'tunnel'] }
    case 'webrtc':
      return { only: ['websocket'], add: [webRtc()] }
    case 'webrtc-direct':
      return { only: [], add: [webRtcDirect()] }
    default:
      return { only: [name] }
  }
}
