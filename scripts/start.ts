// `npm start`: a signed devnet, a bootnode and the demo page on this machine, until Ctrl-C.
import { startAll } from './support/start-all.ts'
import { parseStartArguments, startUsage } from './support/start-arguments.ts'

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

async function runUntilSignal(options: Exclude<ReturnType<typeof parseStartArguments>, 'help'>): Promise<void> {
  const stopping = new AbortController()
  // The second Ctrl-C is for those who do not want to wait.
  const onSignal = () => (stopping.signal.aborted ? process.exit(130) : stopping.abort())
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal)
  const { signal } = stopping
  const running = await startAll({ ...options, signal, say }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  if (running !== undefined) {
    say(`\n  Lampara  ${running.url}\n`)
    say(`  bootnode    ${running.joinUrl}`)
    say(`  beacon node ${running.beaconAddress}`)
    say(`  Beacon API  ${running.restUrl}`)
    say('\nCtrl-C ends all of it.')
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    say('\nStopping…')
    await running.stop()
  }
  // Sockets of others may linger; everything of ours has ended.
  process.exit(0)
}
