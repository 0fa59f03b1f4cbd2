import { LamparaError, messageOf } from '../errors/index.ts'

/**
 * Error for a stream that ended abnormally: `peer_disconnected`, or the LamparaError that it was aborted with.
 *
 * @param failed - what could not be done: `Cannot read from stream`
 * @param local - true when it was aborted at this end
 */
export function streamError(failed: string, cause: Error | undefined, local: boolean): LamparaError {
  if (cause instanceof LamparaError) return cause
  const what = local ? 'it was aborted' : 'the peer reset it or went away'
  const reason = cause === undefined ? what : `${what}: ${messageOf(cause)}`
  return new LamparaError('peer_disconnected', `${failed}: ${reason}`, { cause })
}
