import { LamparaError, messageOf } from '../errors/index.ts'

/**
 * Why a stream is over that did not end: `peer_disconnected`, or what it was aborted with where that is an error of ours.
 *
 * @param failed - what could not be done: `Cannot read from stream`
 * @param local - true when it was aborted at this end
 */
export function brokenStream(failed: string, cause: Error | undefined, local: boolean): LamparaError {
  if (cause instanceof LamparaError) return cause
  const what = local ? 'it was aborted' : 'the peer reset it or went away'
  const reason = cause === undefined ? what : `${what}: ${messageOf(cause)}`
  return new LamparaError('peer_disconnected', `${failed}: ${reason}`, { cause })
}
