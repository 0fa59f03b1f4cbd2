import { escapeText, type LamparaError } from '../../errors/index.ts'
import type { Head, LightClientStatus } from '../../light-client/types.ts'
import type { CliIo } from '../io.ts'
import { headJson, headLine, progressBar, statusJson } from './render.ts'

/** Prints what a light client tells. */
export interface Reporter {
  status(status: LightClientStatus): void
  head(head: Head): void
  /** Something went wrong that does not keep the client from following. */
  trouble(error: LamparaError): void
  /** Something that a person can act on. */
  notice(message: string): void
  /** Leaves the terminal clean. */
  end(): void
}

/**
 * Creates a reporter: heads on stdout; states on stderr, each once, with a bar that is redrawn in place on a terminal
 * while the client syncs. As JSON everything goes to stdout, a line each.
 */
export function createReporter(io: CliIo, options: { readonly json: boolean }): Reporter {
  let told = ''
  let barShown = false

  function clearBar(): void {
    if (!barShown) return
    barShown = false
    io.progress('')
  }

  return {
    status(status) {
      if (status.state === 'syncing' && status.sync !== undefined && !options.json && io.isTty) {
        barShown = true
        io.progress(`Catching up ${progressBar(status.sync)}`)
        return
      }
      // A status changes with each slot; people see states, and of what is wrong with them.
      const key = `${status.state} ${status.error?.code ?? ''}`
      if (key === told) return
      told = key
      clearBar()
      if (options.json) io.stdout(statusJson(status))
      else io.stderr(`${status.state}: ${escapeText(status.message)}`)
    },
    head(head) {
      clearBar()
      io.stdout(options.json ? headJson(head) : headLine(head))
    },
    trouble({ code, message }) {
      clearBar()
      if (options.json) io.stdout(JSON.stringify({ type: 'trouble', error: code, message }))
      else io.stderr(escapeText(message))
    },
    notice(message) {
      clearBar()
      if (options.json) io.stdout(JSON.stringify({ type: 'notice', message }))
      else io.stderr(escapeText(message))
    },
    end: clearBar,
  }
}
