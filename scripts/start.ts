// `npm start`: a signed devnet, a bootnode and the demo page on this machine, until Ctrl-C.
import { startAll } from './support/start-all.ts'
import { parseStartArguments, startUsage } from './support/start-arguments.ts'

/** The terminal and npm both pass one Ctrl-C on. */
const SAME_SIGNAL_MS = 1000
const PARENT_CHECK_MS = 500

const say = (line: string) => void process.stdout.write(`${line}\n`)

function giveUp(error: unknown): never {
  process.stderr.write(`lampara: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

try {
  const options = parseStartArguments(process.argv.slice(2))
  if (options === 'help') say(startUsage)
  else await runUntilSignal(options)
} catch (error) {
  giveUp(error)
}

/** Aborts on Ctrl-C and its like; a second one, for those who do not want to wait, ends the process at once. */
function untilTold(): AbortController {
  const stopping = new AbortController()
  let toldAtMs = 0
  const onSignal = () => {
    if (!stopping.signal.aborted) {
      toldAtMs = Date.now()
      stopping.abort()
    } else if (Date.now() - toldAtMs > SAME_SIGNAL_MS) process.exit(130)
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal)
  // A signal to npm alone ends npm's shell, which passes nothing on: without this we would outlive both.
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid
    const watching = setInterval(() => process.ppid !== parent && stopping.abort(), PARENT_CHECK_MS)
    watching.unref()
  }
  return stopping
}

async function runUntilSignal(options: Exclude<ReturnType<typeof parseStartArguments>, 'help'>): Promise<void> {
  const { signal } = untilTold()
  const running = await startAll({ ...options, signal, say }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  if (running !== undefined) {
    say(`\n  Lampara  ${running.url}\n`)
    say(`  bootnode    ${running.joinUrl}`)
    say(`  beacon node ${running.beaconAddress}`)
    say(`  Beacon API  ${running.restUrl}`)
    say('\nOpen the first in a browser on this machine. Without one, follow in another terminal:')
    say(`  npm run lampara -- follow --join ${running.joinUrl}`)
    say('\nCtrl-C ends all of it.')
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    say('\nStopping…')
    await running.stop()
  }
  // Sockets of others may linger; everything of ours has ended.
  process.exit(0)
}
