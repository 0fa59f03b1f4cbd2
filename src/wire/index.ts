export {
  encodeChunk,
  encodeErrorChunk,
  encodeRequest,
  MAX_PAYLOAD_BYTES,
  readChunkHead,
  readContext,
  readPayload,
  readRequest,
} from './chunks.ts'
export { crc32c, maskedCrc32c } from './crc32c.ts'
export { decompressedForId, MESSAGE_ID_BYTES, messageId, messageIdOfData } from './message-id.ts'
export { compressBlock, decompressBlock, maxCompressedLength } from './snappy-block.ts'
export { decodeFrames, encodeFrames, readFrames } from './snappy-frames.ts'
export { parseTopic, topicString } from './topics.ts'
export { decodeVarint, encodeVarint, readVarint } from './varint.ts'
