import { LamparaError } from '../../errors/index.ts'
import type { ByteReader } from '../../streams/bytes/byte-reader.ts'
import { encodeVarint, readVarint } from '../../wire/index.ts'

/** multistream-select 1.0.0 (github.com/multiformats/multistream-select): lines, each after its length. */
const VERSION = '/multistream/1.0.0'
const NOT_AVAILABLE = 'na'
/** No protocol id of Ethereum is half as long. */
const MAX_LINE_BYTES = 256

/** The responder does not speak the protocol, or ended the stream before it said so. */
export class DeclinedError extends Error {
  /** True where it said so. */
  readonly isExplicit: boolean

  constructor(isExplicit: boolean, cause?: unknown) {
    super('the peer declined the protocol', { cause })
    this.isExplicit = isExplicit
  }
}

/** What a requester sends without waiting for an answer: its proposal, and right behind it its first bytes. */
export function withProposal(protocolId: string, bytes: Uint8Array = new Uint8Array()): Uint8Array {
  return Uint8Array.from([...line(VERSION), ...line(protocolId), ...bytes])
}

/**
 * Reads what the responder answers to a proposal, up to where its own bytes begin.
 *
 * @throws DeclinedError where it declines, or ends the stream first; the signal's reason
 */
export async function readAcceptance(reader: ByteReader, protocolId: string, signal: AbortSignal): Promise<void> {
  try {
    const version = await readLine(reader, signal)
    const answer = version === VERSION ? await readLine(reader, signal) : version
    if (answer === protocolId) return
    throw new DeclinedError(answer === NOT_AVAILABLE)
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof DeclinedError ? error : new DeclinedError(false, error)
  }
}

function line(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(`${text}\n`)
  return Uint8Array.from([...encodeVarint(bytes.length), ...bytes])
}

async function readLine(reader: ByteReader, signal: AbortSignal): Promise<string> {
  const length = Number(await readVarint(reader, { signal }))
  if (length < 1 || length > MAX_LINE_BYTES) {
    throw new LamparaError('varint_invalid', `no protocol has a name of ${length} bytes`)
  }
  const text = new TextDecoder().decode(await reader.read(length, { signal }))
  return text.endsWith('\n') ? text.slice(0, -1) : text
}
