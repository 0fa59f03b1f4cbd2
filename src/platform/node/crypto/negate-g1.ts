/** The base field's modulus (RFC 9380, section 8.8.1). */
const FIELD_MODULUS = BigInt(
  '0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab',
)
const COORDINATE_BYTES = 48

/**
 * The negative of a point of G1 other than infinity, both as 96 uncompressed bytes: the same x, and the modulus less y.
 */
export function negateG1(point: Uint8Array): Uint8Array {
  const view = new DataView(point.buffer, point.byteOffset, point.byteLength)
  let y = 0n
  for (let at = COORDINATE_BYTES; at < point.length; at += 8) y = (y << 64n) | view.getBigUint64(at)

  const negative = point.slice()
  const out = new DataView(negative.buffer)
  let rest = FIELD_MODULUS - y
  for (let at = point.length - 8; at >= COORDINATE_BYTES; at -= 8) {
    out.setBigUint64(at, rest & 0xffffffffffffffffn)
    rest >>= 64n
  }
  return negative
}
