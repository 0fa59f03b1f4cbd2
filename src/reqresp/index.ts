export { mapCodec, sszCodec } from './codecs.ts'
export { defineProtocol, fallbackTo, type ProtocolDeclaration, type Translation } from './define-protocol.ts'
export { type Metadata, protocols, type StatusMessage } from './protocols.ts'
export { createReqResp, type ReqRespOptions } from './reqresp.ts'
export type {
  ChunkContext,
  Codec,
  Exchange,
  ExchangeEnd,
  ExchangeTimeouts,
  Handler,
  Protocol,
  ProtocolFallback,
  Quota,
  ReportOffence,
  ReqResp,
  RequestOptions,
  SelectPeer,
  ServeContext,
} from './types.ts'
