import type { VerificationContext } from './verification/index.ts'

type Verifier = VerificationContext['committees']

/** A verifier that reports how long each signature and each committee took, in milliseconds. */
export function timedVerifier(verifier: Verifier, onVerified: (kind: string, ms: number) => void): Verifier {
  // The verifier remembers its answer: only the first one takes time.
  const summed = new WeakSet<object>()

  async function timed<T>(kind: string, work: () => Promise<T>): Promise<T> {
    const begunAtMs = performance.now()
    try {
      return await work()
    } finally {
      onVerified(kind, performance.now() - begunAtMs)
    }
  }
  return {
    verify: (...args) => timed('signature', () => verifier.verify(...args)),
    verifyAggregateKey(committee) {
      if (summed.has(committee)) return verifier.verifyAggregateKey(committee)
      summed.add(committee)
      return timed('committee', () => verifier.verifyAggregateKey(committee))
    },
  }
}
