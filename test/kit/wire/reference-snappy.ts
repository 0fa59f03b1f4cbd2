/**
 * Snappy block decompression written straight from google/snappy's format_description.txt, slow and without cunning: what
 * the quick one is held against.
 *
 * @returns undefined for bytes that are no block of at most `maxBytes`
 */
export function referenceDecompress(bytes: Uint8Array, maxBytes: number): Uint8Array | undefined {
  const head = preamble(bytes)
  if (head === undefined || head.length > maxBytes) return undefined
  const output: number[] = []
  for (let at = head.at; at < bytes.length; ) {
    const element = elementAt(bytes, at)
    if (element === undefined || output.length + element.length > head.length) return undefined
    if (element.offset === undefined) {
      if (element.end + element.length > bytes.length) return undefined
      for (let i = 0; i < element.length; i++) output.push(bytes[element.end + i]!)
      at = element.end + element.length
    } else {
      if (element.offset === 0 || element.offset > output.length) return undefined
      for (let i = 0; i < element.length; i++) output.push(output[output.length - element.offset]!)
      at = element.end
    }
  }
  return output.length === head.length ? Uint8Array.from(output) : undefined
}

function preamble(bytes: Uint8Array): { length: number; at: number } | undefined {
  let length = 0
  for (let at = 0; at < 5 && at < bytes.length; at++) {
    length += (bytes[at]! & 0x7f) * 2 ** (7 * at)
    if (bytes[at]! < 0x80) return length < 2 ** 32 ? { length, at: at + 1 } : undefined
  }
  return undefined
}

/** A literal without an offset, or a copy with one. */
function elementAt(bytes: Uint8Array, at: number): { length: number; offset?: number; end: number } | undefined {
  const tag = bytes[at]!
  const operand = (count: number): number | undefined => {
    if (at + count >= bytes.length) return undefined
    let value = 0
    for (let i = 0; i < count; i++) value += bytes[at + 1 + i]! * 256 ** i
    return value
  }
  const kind = tag & 3
  const upper = tag >> 2
  if (kind === 0) {
    if (upper < 60) return { length: upper + 1, end: at + 1 }
    const length = operand(upper - 59)
    return length === undefined ? undefined : { length: length + 1, end: at + 1 + upper - 59 }
  }
  const size = kind === 1 ? 1 : kind === 2 ? 2 : 4
  const low = operand(size)
  if (low === undefined) return undefined
  const end = at + 1 + size
  return kind === 1
    ? { length: (upper & 7) + 4, offset: (tag >> 5) * 256 + low, end }
    : { length: upper + 1, offset: low, end }
}
