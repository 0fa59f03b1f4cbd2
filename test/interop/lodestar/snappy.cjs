// The face of snappy 6, as far as @chainsafe/snappy-stream sees it, over snappyjs.
const { compress, uncompress } = require('snappyjs')

/** @param {(data: Uint8Array) => Uint8Array} work */
const callingBack =
  (work) =>
  (data, ...rest) => {
    const done = rest.at(-1)
    try {
      done(null, work(data))
    } catch (error) {
      done(error)
    }
  }

module.exports = { compressSync: compress, compress: callingBack(compress), uncompress: callingBack(uncompress) }
