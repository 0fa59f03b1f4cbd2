import { trustSignatures } from '../kit/fuzz/trusted-signatures.ts'
import type { Target } from './engine/target.ts'

/** Every decoder of what others send, by name. Each is loaded when it is attacked, in a thread that follows its branches. */
export const targets: Readonly<Record<string, () => Promise<Target>>> = {
  varint: async () => (await import('./targets/varint.ts')).varint(),
  'snappy-block': async () => (await import('./targets/snappy-block.ts')).snappyBlock(),
  'snappy-frames': async () => (await import('./targets/snappy-frames.ts')).wholeFrames(),
  'snappy-frames-stream': async () => (await import('./targets/snappy-frames.ts')).streamedFrames(),
  request: async () => (await import('./targets/request.ts')).request(),
  'response-chunk': async () => (await import('./targets/response-chunk.ts')).responseChunk(),
  'control-messages': async () => (await import('./targets/control-messages.ts')).controlMessages(),
  'message-id': async () => (await import('./targets/gossip.ts')).gossipMessageId(),
  topic: async () => (await import('./targets/gossip.ts')).topic(),
  'gossip-light-client': async () => (await import('./targets/gossip.ts')).lightClientMessages(),
  'gossip-operations': async () => (await import('./targets/gossip.ts')).operationMessages(),
  'ssz-bootstrap': async () => (await import('./targets/light-client-ssz.ts')).lightClientSsz('bootstrap'),
  'ssz-update': async () => (await import('./targets/light-client-ssz.ts')).lightClientSsz('update'),
  'ssz-finality-update': async () => (await import('./targets/light-client-ssz.ts')).lightClientSsz('finality_update'),
  'ssz-optimistic-update': async () =>
    (await import('./targets/light-client-ssz.ts')).lightClientSsz('optimistic_update'),
  'update-stream': async () => (await import('./targets/light-client-ssz.ts')).updateStream(),
  'light-client-json': async () => (await import('./targets/light-client-json.ts')).lightClientJson(),
  'verify-file': async () => (await import('./targets/verify-file.ts')).verifyFile(),
  'join-document': async () => (await import('./targets/documents.ts')).joinDocument(),
  'chain-config': async () => (await import('./targets/documents.ts')).chainConfig(),
  'resume-point': async () => (await import('./targets/resume-point.ts')).resumePoint(),
  'address-book': async () => (await import('./targets/documents.ts')).addressBook(),
  'peer-address': async () => (await import('./targets/addresses.ts')).peerAddress(),
  'bootstrap-list': async () => (await import('./targets/bootstrap-list.ts')).bootstrapList(),
  hex: async () => (await import('./targets/hex.ts')).hex(),
  enr: async () => (await withTrustedSignatures()).enr(),
  'peer-exchange': async () => (await withTrustedSignatures()).peerExchange(),
  'bls-public-key': async () => (await import('./targets/bls.ts')).blsPublicKey(),
  'bls-signature': async () => (await import('./targets/bls.ts')).blsSignature(),
  'cli-options': async () => (await import('./targets/cli-options.ts')).cliOptions(),
}

async function withTrustedSignatures(): Promise<typeof import('./targets/node-records.ts')> {
  trustSignatures()
  return import('./targets/node-records.ts')
}
