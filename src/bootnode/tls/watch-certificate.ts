import { LamparaError } from '../../errors/index.ts'
import { delay } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'
import { createWatchable, type Watchable } from '../../streams/watchable.ts'
import { type Certificate, type CertificateFiles, readCertificate } from './read-certificate.ts'

/** The certificate in use. */
export interface CertificateInUse extends Certificate {
  /** Why what the files hold now is not in use. */
  readonly error?: LamparaError
}

/** A certificate that follows its files. */
export interface WatchedCertificate extends Pick<Watchable<CertificateInUse>, 'value' | 'watch'> {
  /** Reads the files now. Never rejects: what cannot be used is told as ever. */
  reload(): Promise<void>
  /** Resolves when the files are not looked at any more. */
  stop(): Promise<void>
}

/** Anyone who renews a certificate does it weeks before the old one ends. Links are followed, as certbot wants it. */
const POLL_MS = 10_000

/**
 * Reads a certificate, and reads it again every ten seconds. What cannot be used leaves the present one as it is: a key that
 * is written after its certificate is no harm.
 *
 * @throws LamparaError as `readCertificate()`
 */
export async function watchCertificate(files: CertificateFiles, clock: Clock): Promise<WatchedCertificate> {
  const inUse = createWatchable<CertificateInUse>(await readCertificate(files))
  const stopping = new AbortController()

  async function look(): Promise<void> {
    const { error: before, ...certificate } = inUse.value
    try {
      const read = await readCertificate(files)
      const same = read.cert === certificate.cert && read.key === certificate.key
      if (!same || before !== undefined) inUse.set(read)
    } catch (thrown) {
      const error = LamparaError.from(thrown, 'internal', 'Cannot renew the certificate')
      if (error.message !== before?.message) inUse.set({ ...certificate, error })
    }
  }

  const watching = (async () => {
    for (;;) {
      await delay(POLL_MS, { clock, signal: stopping.signal })
      await look()
    }
  })().catch(() => {})

  return {
    get value() {
      return inUse.value
    },
    watch: inUse.watch,
    reload: look,
    stop() {
      stopping.abort()
      return watching
    },
  }
}
