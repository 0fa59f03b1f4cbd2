import type { Libp2p } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

/** A libp2p node, whatever services it has. */
export type Libp2pNode = Libp2p

/** What libp2p takes as a transport: `tcp()`, `webSockets()`. */
export type Libp2pTransport = NonNullable<Libp2pOptions['transports']>[number]

/** What libp2p takes as a service. */
export type Libp2pService = NonNullable<Libp2pOptions['services']>[string]

/** The transports that can be chosen by name. Which of them there are depends on where the code runs. */
export const transportNames = ['quic', 'tcp', 'websocket', 'webtransport', 'tunnel'] as const

/** One of the transports that can be chosen by name. */
export type TransportName = (typeof transportNames)[number]

/** A transport of a platform. */
export type PlatformTransport = ReadyPlatformTransport | LazyPlatformTransport

interface NamedTransport {
  readonly name: TransportName
  /** True for an address that it can dial from here. What is no address is false. */
  canDial(address: string): boolean
}

/** One whose code is there. */
export interface ReadyPlatformTransport extends NamedTransport {
  /** Handed to libp2p. */
  readonly create: Libp2pTransport
}

/** One that only dials, and whose code comes with the first dial. */
export interface LazyPlatformTransport extends NamedTransport {
  load(): Promise<Libp2pTransport>
}

/** Code that a platform's transports may come with, loaded when it is needed. */
export interface LazyTransports {
  webTransport(): Promise<Libp2pTransport>
}

/** A certificate and its private key, both as PEM. */
export interface TlsCertificate {
  readonly cert: string
  readonly key: string
}

/** Where a listener learns which certificate to show. */
export interface CertificateSource {
  readonly value: TlsCertificate
  /** Calls back with the present one at once, then with each new one. @returns ends the watch */
  watch(callback: (certificate: TlsCertificate) => void): () => void
}
