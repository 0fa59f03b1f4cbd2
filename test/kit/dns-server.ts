import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** A DNS server on loopback that answers questions for TXT records. */
export interface DnsServer {
  /** `127.0.0.1:port`. */
  readonly address: string
  /** Resolves when it has been asked anything. */
  readonly asked: Promise<void>
  stop(): void
}

const HEADER_BYTES = 12
const NAME_ERROR = 3
const TXT = 16

/** Starts it. @param zone - texts by name, each in its parts; for a name that is `silent` no answer ever comes */
export async function startDnsServer(
  zone: Readonly<Record<string, readonly (readonly string[])[] | 'silent'>>,
): Promise<DnsServer> {
  const socket = createSocket('udp4')
  const asked = Promise.withResolvers<void>()
  socket.on('message', (query, from) => {
    asked.resolve()
    const texts = zone[nameOf(query)]
    if (texts !== 'silent') socket.send(answerTo(query, texts), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { address: `127.0.0.1:${socket.address().port}`, asked: asked.promise, stop: () => socket.close() }
}

function nameOf(query: Buffer): string {
  const labels: string[] = []
  for (let at = HEADER_BYTES; query[at] !== 0; at += 1 + query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!))
  }
  return labels.join('.')
}

function answerTo(query: Buffer, texts: readonly (readonly string[])[] | undefined): Buffer {
  const questionEnd = query.indexOf(0, HEADER_BYTES) + 5
  const header = Buffer.alloc(HEADER_BYTES)
  query.copy(header, 0, 0, 2)
  header.writeUInt16BE(0x8180 | (texts === undefined ? NAME_ERROR : 0), 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(texts?.length ?? 0, 6)
  const answers = (texts ?? []).map((parts) => {
    const data = Buffer.concat(parts.flatMap((part) => [Buffer.of(part.length), Buffer.from(part)]))
    const fixed = Buffer.alloc(12)
    // The name is the question's.
    fixed.writeUInt16BE(0xc000 | HEADER_BYTES, 0)
    fixed.writeUInt16BE(TXT, 2)
    fixed.writeUInt16BE(1, 4)
    fixed.writeUInt16BE(data.length, 10)
    return Buffer.concat([fixed, data])
  })
  return Buffer.concat([header, query.subarray(HEADER_BYTES, questionEnd), ...answers])
}
