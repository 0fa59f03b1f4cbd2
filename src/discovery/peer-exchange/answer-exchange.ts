import type { Hex } from '../../chain/index.ts'
import { addressesOf, decodeEnr, type Enr, forkIdOf } from '../enr/index.ts'
import type { ExchangeTransport, PeerExchangeRequest } from './messages.ts'
import { transportOf } from './transport-of.ts'

/** Records taken apart that are remembered: checking a signature takes a millisecond. */
const MAX_REMEMBERED = 4096

/** A peer that may be reported. */
export interface Shareable {
  readonly id: string
  /** Its signed record, in text form. */
  readonly enr?: string
}

/** What an answer is made from. */
export interface AnswerOptions {
  readonly asker: string
  /** Draws at random, one after the other, up to `count` of those that the condition holds for. */
  draw(count: number, accept: (peer: Shareable) => boolean): readonly Shareable[]
}

/**
 * Creates what answers requests: with records drawn at random, of the digest asked for, reachable by one of the asker's ways,
 * and never the asker's own.
 */
export function createExchangeAnswerer(): (request: PeerExchangeRequest, options: AnswerOptions) => Uint8Array[] {
  const remembered = new Map<string, Enr | undefined>()

  function read(text: string): Enr | undefined {
    if (remembered.has(text)) return remembered.get(text)
    if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value!)
    const enr = readOrNothing(text)
    remembered.set(text, enr)
    return enr
  }

  return ({ forkDigest, transports, limit }, { asker, draw }) => {
    const drawn = draw(limit, ({ id, enr: text }) => {
      const enr = id === asker || text === undefined ? undefined : read(text)
      return enr !== undefined && fits(enr, forkDigest, transports)
    })
    return drawn.flatMap(({ enr }) => (enr === undefined ? [] : (read(enr)?.bytes ?? [])))
  }
}

function fits(enr: Enr, forkDigest: Hex, transports: readonly ExchangeTransport[]): boolean {
  if (forkIdOf(enr)?.forkDigest !== forkDigest) return false
  return addressesOf(enr).some((address) => {
    const transport = transportOf(address)
    return transport !== undefined && transports.includes(transport)
  })
}

function readOrNothing(text: string): Enr | undefined {
  try {
    const enr = decodeEnr(text)
    // Looked at here, so that what cannot be read is left out for good.
    forkIdOf(enr)
    return enr
  } catch {
    return undefined
  }
}
