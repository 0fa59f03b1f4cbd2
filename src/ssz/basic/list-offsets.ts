/**
 * Where the items of a list of variable-size items begin, relative to the list's own start, and where the last one ends.
 *
 * @throws RangeError when an offset lies outside of the list or before the one ahead of it, or there are more than `limit`
 */
export function listOffsets(data: DataView, start: number, end: number, limit: number): Uint32Array {
  const size = end - start
  if (size === 0) return new Uint32Array(1)
  const first = size < 4 ? 0 : data.getUint32(start, true)
  // The first item begins where the offsets end: that says how many there are.
  if (first === 0 || first % 4 !== 0 || first > size) throw new RangeError(`A first offset of ${first} cannot be`)
  const count = first / 4
  if (count > limit) throw new RangeError(`A list of at most ${limit} items cannot hold ${count}`)
  const offsets = new Uint32Array(count + 1)
  offsets[count] = size
  for (let i = 0; i < count; i++) {
    const offset = data.getUint32(start + 4 * i, true)
    if (offset > size || (i > 0 && offset < offsets[i - 1]!)) throw new RangeError(`An offset of ${offset} cannot be`)
    offsets[i] = offset
  }
  return offsets
}
