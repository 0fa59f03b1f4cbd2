// Request/response over libp2p 3 streams, written from the specification, in place of @lodestar/reqresp.
import snappyjs from 'snappyjs'
export const Encoding = { SSZ_SNAPPY: 'ssz_snappy' }
export const ContextBytesType = { Empty: 0, ForkDigest: 1 }
export const RespStatus = {
  SUCCESS: 0,
  INVALID_REQUEST: 1,
  SERVER_ERROR: 2,
  RESOURCE_UNAVAILABLE: 3,
  RATE_LIMITED: 139,
}
const codes = [
  'INVALID_REQUEST',
  'SERVER_ERROR',
  'RESOURCE_UNAVAILABLE',
  'UNKNOWN_ERROR_STATUS',
  'DIAL_ERROR',
  'DIAL_TIMEOUT',
  'REQUEST_ERROR',
  'EMPTY_RESPONSE',
  'INVALID_RESPONSE_SSZ',
  'SSZ_OVER_MAX_SIZE',
  'TTFB_TIMEOUT',
  'RESP_TIMEOUT',
  'REQUEST_TIMEOUT',
  'REQUEST_RATE_LIMITED',
  'RESP_RATE_LIMITED',
  'REQUEST_SELF_RATE_LIMITED',
]
export const RequestErrorCode = Object.fromEntries(codes.map((c) => [c, `REQUEST_ERROR_${c}`]))
export const LightClientServerErrorCode = { RESOURCE_UNAVAILABLE: 'RESOURCE_UNAVAILABLE' }
export const RESPONSE_ERROR_CLASS_NAME = 'ResponseError',
  REQUEST_ERROR_CLASS_NAME = 'RequestError'
class TypedError extends Error {
  constructor(type, message) {
    super(message ?? type.errorMessage ?? type.code)
    this.type = type
  }
  getMetadata() {
    return this.type
  }
}
export class RequestError extends TypedError {
  static fromObject(o) {
    return new RequestError(o.type)
  }
  toObject() {
    return { type: this.type, message: this.message, className: REQUEST_ERROR_CLASS_NAME }
  }
}
export class ResponseError extends Error {
  constructor(status, errorMessage) {
    super(errorMessage)
    this.status = status
    this.errorMessage = errorMessage
    this.type = { code: 'RESPONSE_ERROR', status, errorMessage }
  }
}
export class LightClientServerError extends TypedError {}

const table = Uint32Array.from({ length: 256 }, (_, i) => {
  let c = i
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1
  return c >>> 0
})
const masked = (data) => {
  let c = 0xffffffff
  for (const b of data) c = table[(c ^ b) & 255] ^ (c >>> 8)
  c = (c ^ 0xffffffff) >>> 0
  return (((c >>> 15) | (c << 17)) + 0xa282ead8) >>> 0
}
const stream0 = Uint8Array.of(0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59)
function frame(data) {
  const parts = [stream0]
  for (let at = 0; at < data.length; at += 65536) {
    const piece = data.subarray(at, at + 65536),
      packed = snappyjs.compress(piece),
      small = packed.length < piece.length
    const body = small ? packed : piece,
      head = Buffer.alloc(8)
    head[0] = small ? 0 : 1
    head.writeUIntLE(body.length + 4, 1, 3)
    head.writeUInt32LE(masked(piece), 4)
    parts.push(head, body)
  }
  return Buffer.concat(parts)
}
const varint = (n) => {
  const out = []
  for (; n > 127; n = Math.floor(n / 128)) out.push((n & 127) | 128)
  out.push(n)
  return Uint8Array.from(out)
}
/** Reads exact numbers of bytes from a stream. */
class Reader {
  have = []
  length = 0
  // Listens at once: a stream that both sides closed gives nothing to who begins to read afterwards.
  constructor(stream, signal) {
    this.it = stream[Symbol.asyncIterator]()
    this.signal = signal
    this.next = this.it.next()
    this.next.catch(() => {})
  }
  async more() {
    const { done, value } = await this.next
    if (!done) {
      this.next = this.it.next()
      this.next.catch(() => {})
    }
    this.signal?.throwIfAborted()
    if (done) return false
    const b = value.subarray()
    this.have.push(b)
    this.length += b.length
    return true
  }
  async exactly(n, mayEnd = false) {
    while (this.length < n)
      if (!(await this.more())) {
        if (mayEnd && this.length === 0) return undefined
        throw new Error(`the stream ended ${n - this.length} bytes early`)
      }
    const all = Buffer.concat(this.have)
    this.have = [all.subarray(n)]
    this.length -= n
    return all.subarray(0, n)
  }
  async varint() {
    for (let n = 0, s = 1, i = 0; i < 10; i++, s *= 128) {
      const [b] = await this.exactly(1)
      n += (b & 127) * s
      if (b < 128) return n
    }
    throw new Error('varint over 10 bytes')
  }
  async payload(sizes) {
    const n = await this.varint()
    if (sizes && (n < sizes.minSize || n > sizes.maxSize))
      throw Object.assign(
        new Error(
          `SSZ_SNAPPY_ERROR_${n < sizes.minSize ? 'UNDER_SSZ_MIN_SIZE' : 'OVER_SSZ_MAX_SIZE'} ${n} not in ${sizes.minSize}..${sizes.maxSize}`,
        ),
        { size: true },
      )
    const out = []
    let got = 0
    while (got < n) {
      const head = await this.exactly(4),
        body = await this.exactly(head.readUIntLE(1, 3))
      if (head[0] === 0xff) continue
      if (head[0] > 1) {
        if (head[0] < 0x80) throw new Error(`frame type ${head[0]}`)
        continue
      }
      const piece = head[0] === 0 ? Buffer.from(snappyjs.uncompress(body.subarray(4))) : body.subarray(4)
      if (masked(piece) !== body.readUInt32LE(0)) throw new Error('checksum')
      out.push(piece)
      got += piece.length
    }
    if (got !== n) throw new Error(`${got} bytes instead of ${n}`)
    return Uint8Array.from(Buffer.concat(out))
  }
}
const short = (p) => {
  const s = p.toString()
  return `${s.slice(0, 2)}...${s.slice(-6)}`
}
/** So many in so much time, by the generic cell rate algorithm. */
class Limiter {
  due = new Map()
  allows(key, { quota, quotaTimeMs }, count) {
    const each = quotaTimeMs / quota,
      now = Date.now(),
      due = Math.max(this.due.get(key) ?? 0, now)
    if (count > quota || due + each * count - now > quotaTimeMs + 0.001) return false
    this.due.set(key, due + each * count)
    return true
  }
}
export class ReqResp {
  registered = new Map()
  limiter = new Limiter()
  count = 0
  constructor({ libp2p, logger }, opts = {}) {
    this.libp2p = libp2p
    this.logger = logger
    this.reqOpts = opts
    this.controller = new AbortController()
  }
  async start() {}
  async stop() {
    this.controller.abort()
  }
  formatProtocolID({ method, version, encoding }) {
    return `/eth2/beacon_chain/req/${method}/${version}/${encoding}`
  }
  getRegisteredProtocols() {
    return [...this.registered.keys()]
  }
  registerDialOnlyProtocol(protocol) {
    this.registered.set(this.formatProtocolID(protocol), protocol)
  }
  async registerProtocol(protocol) {
    const id = this.formatProtocolID(protocol)
    if (this.registered.has(id)) {
      this.registered.set(id, protocol)
      return
    }
    this.registered.set(id, protocol)
    await this.libp2p.handle(id, (stream, connection) => this.#answer(id, stream, connection), {
      maxInboundStreams: 1000,
    })
  }
  async unregisterProtocol(id) {
    this.registered.delete(id)
    await this.libp2p.unhandle(id)
  }
  async unregisterAllProtocols() {
    for (const id of this.getRegisteredProtocols()) await this.unregisterProtocol(id)
  }
  async #answer(id, stream, connection) {
    const reader = new Reader(stream),
      protocol = this.registered.get(id),
      peer = connection.remotePeer
    const context = {
      method: protocol.method,
      version: protocol.version,
      client: this.reqOpts.getPeerLogMetadata?.(peer.toString()),
      peer: short(peer),
      requestId: this.count++,
    }
    this.onIncomingRequest?.(peer, protocol)
    try {
      let data = new Uint8Array()
      try {
        if (protocol.requestSizes) data = await reader.payload(protocol.requestSizes)
      } catch (error) {
        throw new ResponseError(RespStatus.INVALID_REQUEST, error.message)
      }
      this.logger.debug('Req  received', context)
      const limits = protocol.inboundRateLimits
      if (
        limits?.byPeer &&
        this.reqOpts.rateLimitMultiplier !== 0 &&
        !this.limiter.allows(`${id} ${peer}`, limits.byPeer, limits.getRequestCount?.(data) ?? 1)
      ) {
        this.reqOpts.onRateLimit?.(peer, id)
        throw new RequestError({ code: RequestErrorCode.REQUEST_RATE_LIMITED })
      }
      for await (const { data: bytes, boundary } of protocol.handler(
        { data, version: protocol.version },
        peer,
        short(peer),
        context.client,
      )) {
        const digest =
          protocol.contextBytes.type === ContextBytesType.ForkDigest
            ? protocol.contextBytes.config.forkBoundary2ForkDigest(boundary)
            : new Uint8Array()
        stream.send(Buffer.concat([Uint8Array.of(0), digest, varint(bytes.length), frame(bytes)]))
      }
      await stream.close()
      this.logger.verbose('Resp done', context)
    } catch (error) {
      this.logger.verbose('Resp error', context, error)
      try {
        const text = Buffer.from(error.message).subarray(0, 256)
        stream.send(Buffer.concat([Uint8Array.of(error.status ?? 2), varint(text.length), frame(text)]))
        await stream.close()
      } catch (e) {
        stream.abort(e)
      }
    }
  }
  async *sendRequest(peerId, method, versions, encoding, body) {
    const ids = versions.map((version) => this.formatProtocolID({ method, version, encoding }))
    const context = {
      method,
      version: versions.join(','),
      encoding,
      client: this.reqOpts.getPeerLogMetadata?.(peerId.toString()),
      peer: short(peerId),
      requestId: this.count++,
    }
    for (const id of ids)
      if (!this.registered.has(id)) throw new Error(`Request to send to protocol ${id} but it has not been declared`)
    this.logger.debug('Req  dialing peer', context)
    let stream
    try {
      try {
        stream = await this.libp2p.dialProtocol(peerId, ids, {
          signal: AbortSignal.timeout(5000),
          maxOutboundStreams: 1000,
        })
      } catch (error) {
        throw new RequestError(
          { code: error.name === 'TimeoutError' ? RequestErrorCode.DIAL_TIMEOUT : RequestErrorCode.DIAL_ERROR },
          `${error.name}: ${error.message}`,
        )
      }
      const protocol = this.registered.get(stream.protocol)
      const signal = AbortSignal.timeout(10_000)
      signal.addEventListener('abort', () => stream.abort(new RequestError({ code: RequestErrorCode.RESP_TIMEOUT })))
      const reader = new Reader(stream, signal)
      if (protocol.requestSizes) stream.send(Buffer.concat([varint(body.length), frame(body)]))
      void stream.close().catch(() => {})
      this.logger.debug('Req  request sent', context)
      for (;;) {
        let status
        try {
          status = await reader.exactly(1, true)
        } catch (error) {
          throw signal.aborted ? new RequestError({ code: RequestErrorCode.RESP_TIMEOUT }) : error
        }
        if (status === undefined) break
        if (status[0] !== 0) {
          const message = Buffer.from(await reader.payload().catch(() => [])).toString()
          throw new RequestError({
            code:
              [
                undefined,
                RequestErrorCode.INVALID_REQUEST,
                RequestErrorCode.SERVER_ERROR,
                RequestErrorCode.RESOURCE_UNAVAILABLE,
              ][status[0]] ?? RequestErrorCode.UNKNOWN_ERROR_STATUS,
            errorMessage: message,
          })
        }
        let fork = 'phase0'
        if (protocol.contextBytes.type === ContextBytesType.ForkDigest)
          fork = protocol.contextBytes.config.forkDigest2ForkBoundary(await reader.exactly(4)).fork
        const data = await reader.payload(protocol.responseSizes(fork)).catch((error) => {
          throw new RequestError(
            { code: error.size ? RequestErrorCode.SSZ_OVER_MAX_SIZE : RequestErrorCode.INVALID_RESPONSE_SSZ },
            error.message,
          )
        })
        yield { data, fork, protocolVersion: protocol.version }
      }
      this.logger.verbose('Req  done', context)
    } catch (error) {
      this.logger.verbose('Req  error', context, error)
      if (error instanceof RequestError) this.onOutgoingRequestError?.(peerId, method, error)
      throw error
    } finally {
      if (stream && stream.status === 'open') void stream.close().catch(() => {})
    }
  }
}
