import type { NoiseInit } from '@libp2p/noise'
import type { Bls } from './bls.ts'
import type { Discv5Node, Discv5Options } from './candidate-source.ts'
import type { KeyValueStorage } from './storage.ts'
import type { CertificateSource, LazyTransports, Libp2pTransport, PlatformTransport } from './transports.ts'

/**
 * What differs between a browser and Node, behind one contract. `#platform` resolves to one of the two;
 * both pass `test/platform/conformance.ts`.
 */
export interface Platform {
  readonly name: 'browser' | 'node'
  /** The quickest BLS available here: blst in Node where its add-on loads, else noble. Loaded once, then kept. */
  loadBls(): Promise<Bls>
  /** Gives SSZ the quickest hasher available here. Idempotent; call before hashing. */
  useFastHasher(): Promise<void>
  /** The transports that there are here, in order of preference; those whose code comes late only where it is handed in. */
  transports(late?: LazyTransports): Promise<readonly PlatformTransport[]>
  /** How noise is to encrypt where there is something quicker than what it comes with; undefined elsewhere. */
  readonly noise?: Pick<NoiseInit, 'crypto'>
  /** A WebSocket transport that can listen with TLS, in place of the platform's own; undefined where nothing listens. */
  readonly secureWebSockets?: (source: CertificateSource, behindProxy?: boolean) => Libp2pTransport
  /** One without TLS, behind a proxy that says whose the connections are; undefined where nothing listens. */
  readonly proxiedWebSockets?: () => Libp2pTransport
  /**
   * Calls back when connections may have died without a word: the page was frozen, hidden or in the back/forward cache, or the
   * machine went online or offline. Undefined where nothing tells. @returns how to stop
   */
  readonly watchWake?: (onWake: () => void) => () => void
  /** Ends all WebRTC in the process; undefined where the browser does that by itself. */
  readonly endWebRtc?: () => void
  /**
   * Takes part in discv5; undefined where there is no UDP.
   *
   * @throws LamparaError `runtime_unsupported` where the optional package for it is not installed; `bootnodes_missing` without
   *   records to begin with; `address_invalid`; `invalid_argument` when the port cannot be listened on or a record is none
   */
  readonly startDiscv5?: (options: Discv5Options) => Promise<Discv5Node>
  /**
   * Looks a name's TXT records up by the system's resolver, the parts of each joined; undefined where there is no DNS.
   *
   * @throws whatever says why it cannot, after four seconds at most; the signal's reason
   */
  readonly resolveTxt?: (name: string, options: { readonly signal: AbortSignal }) => Promise<readonly string[]>
  /**
   * Opens the profile's persistent storage.
   *
   * @param namespace - keeps chains apart; letters, digits, `-` and `_`
   * @throws LamparaError `storage_unavailable`
   */
  openStorage(namespace: string, options?: { readonly directory?: string }): Promise<KeyValueStorage>
}
