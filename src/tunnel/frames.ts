import { LamparaError } from '../errors/index.ts'
import { decodeVarint, encodeVarint } from '../wire/index.ts'
import { type TunnelStatus, tunnelStatus } from './protocol.ts'
import { decodeTarget, type TunnelTarget, targetAddress } from './target.ts'

/** The longest target in a request, in bytes. */
export const MAX_TARGET_BYTES = 512
const MAX_LENGTH_BYTES = 2
const REPLY_BYTES = 3
const MAX_RETRY_SECONDS = 0xffff

/** A gateway's answer. */
export interface TunnelReply {
  /** A byte that this version has no word for is `refused`. */
  readonly status: TunnelStatus
  /** When to ask again, in milliseconds, whole seconds of them; 0 when it is not told. */
  readonly retryAfterMs: number
}

/** Collects a frame from bytes as they come. */
export interface FrameCollector<Frame> {
  /**
   * Takes the next bytes.
   *
   * @returns undefined until the frame is whole; then what it says, and the bytes after it, which belong to the tunnel
   * @throws LamparaError `length_out_of_bounds`, `address_invalid`
   */
  push(bytes: Uint8Array): { readonly frame: Frame; readonly rest: Uint8Array } | undefined
}

/** A request as bytes: the length of the target's multiaddr as a varint, then that multiaddr. @throws LamparaError as `targetAddress` */
export function encodeTunnelRequest(target: TunnelTarget): Uint8Array {
  const address = targetAddress(target).bytes
  if (address.length > MAX_TARGET_BYTES) throw outOfBounds(`${address.length} bytes`)
  const length = encodeVarint(address.length)
  const bytes = new Uint8Array(length.length + address.length)
  bytes.set(length)
  bytes.set(address, length.length)
  return bytes
}

/** Collects a request. It holds no more than the longest one. */
export function collectTunnelRequest(): FrameCollector<TunnelTarget> {
  return collect(MAX_LENGTH_BYTES + MAX_TARGET_BYTES, (held) => {
    const end = held.findIndex((byte, i) => byte < 0x80 || i === MAX_LENGTH_BYTES)
    if (end < 0) return undefined
    if (end === MAX_LENGTH_BYTES) throw outOfBounds('more than two bytes of length')
    const { value: declared, bytes } = decodeVarint(held)
    const value = Number(declared)
    if (value === 0 || value > MAX_TARGET_BYTES) throw outOfBounds(`${value} bytes`)
    if (held.length < bytes + value) return undefined
    return { length: bytes + value, frame: decodeTarget(held.subarray(bytes, bytes + value)) }
  })
}

/** A reply as bytes: the status, then the seconds to wait as two little-endian bytes. */
export function encodeTunnelReply({ status, retryAfterMs }: TunnelReply): Uint8Array {
  const seconds = Math.min(MAX_RETRY_SECONDS, Math.ceil(Math.max(0, retryAfterMs) / 1000))
  return Uint8Array.of(tunnelStatus[status], seconds & 0xff, seconds >> 8)
}

/** Collects a reply. */
export function collectTunnelReply(): FrameCollector<TunnelReply> {
  return collect(REPLY_BYTES, (held) => {
    const [code = 0, low = 0, high = 0] = held
    if (held.length < REPLY_BYTES) return undefined
    return { length: REPLY_BYTES, frame: { status: wordOf(code), retryAfterMs: (low | (high << 8)) * 1000 } }
  })
}

function wordOf(code: number): TunnelStatus {
  for (const [word, value] of Object.entries(tunnelStatus)) if (value === code) return word as TunnelStatus
  return 'refused'
}

function collect<Frame>(
  maxBytes: number,
  read: (held: Uint8Array) => { readonly length: number; readonly frame: Frame } | undefined,
): FrameCollector<Frame> {
  let held = new Uint8Array(0)
  return {
    push(bytes) {
      const before = held.length
      const joined = new Uint8Array(Math.min(maxBytes, before + bytes.length))
      joined.set(held)
      joined.set(bytes.subarray(0, joined.length - before), before)
      held = joined
      const whole = read(held)
      return whole && { frame: whole.frame, rest: bytes.subarray(whole.length - before) }
    },
  }
}

function outOfBounds(what: string): LamparaError {
  return new LamparaError('length_out_of_bounds', `Cannot use the request of a tunnel: ${what}`)
}
