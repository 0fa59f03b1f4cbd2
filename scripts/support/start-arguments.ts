import { parseArgs } from 'node:util'

/** What `npm start` was asked for. */
export interface StartArguments {
  /** The page's port; undefined picks one. */
  readonly port: number | undefined
  /** Build the page first. */
  readonly build: boolean
}

export const startUsage = `npm start -- [--port PORT] [--no-build]

Starts a signed devnet, a bootnode and the demo page on this machine, until Ctrl-C.

  --port PORT   the page's port  (default: 4180, or the next free one)
  --no-build    serve the page as it was built last`

/** @throws Error in words for people */
export function parseStartArguments(argv: readonly string[]): StartArguments | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string' },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  return { port: values.port === undefined ? undefined : portOf(values.port), build: !values['no-build'] }
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new Error(`Cannot start: --port ${text} is no port (1 to 65535)`)
}
