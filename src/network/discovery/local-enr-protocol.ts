import { LamparaError } from '../../errors/index.ts'
import { defineProtocol } from '../../reqresp/index.ts'

/** EIP-778 bounds a record to 300 bytes: `enr:` and their base64. */
const MAX_CHARACTERS = 404

/** Asks a peer for its own node record, which it wants to be advertised (docs/peer-exchange.md, "Advertising browser clients"). */
export const localEnrProtocol = defineProtocol<undefined, string>({
  name: 'own_record',
  id: '/lampara/own_record/1/ssz_snappy',
  response: {
    minBytes: 1,
    maxBytes: MAX_CHARACTERS,
    encode: (text) => new TextEncoder().encode(text),
    decode(bytes) {
      const text = String.fromCharCode(...bytes)
      if (/^enr:[\w-]+$/.test(text)) return text
      throw new LamparaError('ssz_invalid', 'Cannot read a node record: not an `enr:` string')
    },
  },
  inboundRateLimit: { tokens: 2, windowMs: 20_000 },
})
