export {
  type ChunkHead,
  encodeChunk,
  encodeErrorChunk,
  encodeRequest,
  type PayloadBounds,
  readChunkHead,
  readContext,
  readPayload,
  readRequest,
} from './chunks.ts'
export { crc32c, maskedCrc32c } from './crc32c.ts'
export { joinBytes } from './join-bytes.ts'
export { messageId, messageIdOfData } from './message-id.ts'
export { compressBlock, decompressBlock, maxCompressedLength } from './snappy-block.ts'
export { decodeFrames, encodeFrames, readFrames } from './snappy-frames.ts'
export { parseTopic, type TopicParts, topicString } from './topics.ts'
export { type DecodedVarint, decodeVarint, encodeVarint, readVarint } from './varint.ts'
