/** An RLP item: bytes, or a list of items (Ethereum yellow paper, appendix B). */
export type RlpItem = Uint8Array | readonly RlpItem[]

/** Lists within lists; records have one level, so that a few are plenty. */
const MAX_DEPTH = 4
const SHORT = 55

/** Writes an item as RLP. Lengths up to 2^24. */
export function encodeRlp(item: RlpItem): Uint8Array {
  if (item instanceof Uint8Array) {
    return item.length === 1 && item[0]! < 0x80 ? item : withHead(0x80, item)
  }
  return withHead(0xc0, joined(item.map(encodeRlp)))
}

/**
 * Reads one item of RLP that takes up all bytes. What is not in its shortest form is refused.
 *
 * @throws RangeError in words; callers give it a code
 */
export function decodeRlp(bytes: Uint8Array): RlpItem {
  const { item, end } = readItem(bytes, 0, 0)
  if (end !== bytes.length) throw new RangeError(`${bytes.length - end} bytes follow the end`)
  return item
}

function readItem(bytes: Uint8Array, at: number, depth: number): { readonly item: RlpItem; readonly end: number } {
  const first = bytes[at]
  if (first === undefined) throw new RangeError('it ends early')
  if (first < 0x80) return { item: bytes.subarray(at, at + 1), end: at + 1 }
  const isList = first >= 0xc0
  const { start, end } = readLength(bytes, at, first - (isList ? 0xc0 : 0x80))
  if (!isList) {
    if (end - start === 1 && bytes[start]! < 0x80) throw new RangeError('a byte is not in its shortest form')
    return { item: bytes.subarray(start, end), end }
  }
  if (depth === MAX_DEPTH) throw new RangeError('its lists go too deep')
  const items: RlpItem[] = []
  for (let next = start; next < end; ) {
    const read = readItem(bytes.subarray(0, end), next, depth + 1)
    items.push(read.item)
    next = read.end
  }
  return { item: items, end }
}

function readLength(bytes: Uint8Array, at: number, code: number): { readonly start: number; readonly end: number } {
  let start = at + 1
  let length = code
  if (code > SHORT) {
    const lengthBytes = bytes.subarray(start, start + code - SHORT)
    start += code - SHORT
    if (lengthBytes.length > 3 || start > bytes.length) throw new RangeError('a length is out of bounds')
    length = lengthBytes.reduce((value, byte) => value * 256 + byte, 0)
    if (lengthBytes[0] === 0 || length <= SHORT) throw new RangeError('a length is not in its shortest form')
  }
  if (start + length > bytes.length) throw new RangeError('it ends early')
  return { start, end: start + length }
}

function withHead(base: number, payload: Uint8Array): Uint8Array {
  const { length } = payload
  if (length <= SHORT) return joined([Uint8Array.of(base + length), payload])
  const lengthBytes = bigEndian(length)
  return joined([Uint8Array.of(base + SHORT + lengthBytes.length), lengthBytes, payload])
}

function bigEndian(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Uint8Array.from(bytes)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
