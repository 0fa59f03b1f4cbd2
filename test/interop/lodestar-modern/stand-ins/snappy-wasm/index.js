// The face of @chainsafe/snappy-wasm, as far as gossip sees it, over snappyjs.
import snappyjs from 'snappyjs'

const lengthOf = (b) => {
  let n = 0,
    s = 0,
    i = 0
  for (;;) {
    const x = b[i++]
    n += (x & 127) * 2 ** s
    if (x < 128) return n
    s += 7
    if (i > 5) throw new Error('bad length')
  }
}
class Decoder {
  decompress(b) {
    return snappyjs.uncompress(b)
  }
  decompress_into(b, out) {
    const r = snappyjs.uncompress(b)
    out.set(r)
    return r.length
  }
}
class Encoder {
  compress(b) {
    return snappyjs.compress(b)
  }
  compress_into(b, out) {
    const r = snappyjs.compress(b)
    out.set(r)
    return r.length
  }
}
const max = (n) => 32 + n + Math.floor(n / 6)
export default { Decoder, Encoder, decompress_len: lengthOf, max_compress_len: max }
