import { LamparaError } from '../errors/index.ts'

/** What the system's codes mean, in words. */
const meanings: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is already in use',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'the system does not permit it; ports below 1024 need a privilege',
}

/**
 * The error for addresses that cannot be listened on, in one line. libp2p's own has a line for each address, with a stack trace
 * and advice on its options.
 */
export function listenError(thrown: unknown, listen: readonly string[] = []): LamparaError {
  const fallback = LamparaError.from(thrown, 'invalid_argument', `Cannot listen on ${listen.join(', ')}`)
  const lines = thrown instanceof Error ? thrown.message : ''
  const failures = [...lines.matchAll(/^ {2}(\/\S+): (?:\w*Error: )?([^\n]+)/gm)]
  if (fallback === thrown || failures.length === 0) return fallback
  const reasons = failures.map(([, address, reason = '']) => {
    const code = /\bE[A-Z]{3,}\b/.exec(reason)?.[0] ?? ''
    return `${address}: ${meanings[code] ?? reason}`
  })
  return new LamparaError('invalid_argument', `Cannot listen on ${reasons.join('; ')}`, { cause: thrown })
}
