import type { Connection } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { decodeVarint, decompressBlock, encodeRequest, maskedCrc32c } from '../../src/wire/index.ts'
import { joinBytes } from '../../src/wire/join-bytes.ts'
import { byteList } from './loads.ts'

/**
 * What a few lines by hand would do: open a stream, send, close, collect until the other side closes, decode all of it at once.
 * The same libraries check and decode the same bytes, and nothing but that: no limits, no timeouts, no abort.
 */
export async function bareRequest(connection: Connection, protocolId: string, ssz: Uint8Array): Promise<Uint8Array[]> {
  const stream = await connection.newStream(protocolId)
  const received = new Uint8ArrayList()
  const ended = new Promise<void>((resolve, reject) => {
    stream.addEventListener('message', ({ data }) => void received.append(data))
    stream.addEventListener('remoteCloseWrite', () => resolve())
    stream.addEventListener('close', ({ error }) => (error === undefined ? resolve() : reject(error)))
  })
  stream.send(encodeRequest(ssz))
  await stream.close()
  await ended
  return decodeChunks(received.subarray())
}

function decodeChunks(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== 0) throw new Error(`the answer is a refusal: ${bytes[at]}`)
    const declared = decodeVarint(bytes.subarray(at + 1, at + 11))
    at += 1 + declared.bytes
    const parts: Uint8Array[] = []
    for (let produced = 0; produced < declared.value; ) {
      const type = bytes[at]!
      const length = view.getUint32(at, true) >>> 8
      const body = bytes.subarray(at + 8, at + 4 + length)
      // 0xff, the stream identifier, holds no data.
      if (type < 2) {
        const data = type === 0 ? decompressBlock(body, { maxBytes: byteList.maxSize }) : body
        if (maskedCrc32c(data) !== view.getUint32(at + 4, true)) throw new Error('a checksum does not match')
        parts.push(data)
        produced += data.length
      }
      at += 4 + length
    }
    chunks.push(byteList.deserialize(parts.length === 1 ? parts[0]! : joinBytes(parts)))
  }
  return chunks
}
